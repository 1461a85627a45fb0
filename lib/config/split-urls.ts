/** The URLs of a text, divided by commas. Only a comma before a scheme divides: a password may hold others. */
export const splitUrls = (text: string): string[] => text.split(/\s*,\s*(?=[a-z]+:\/\/)/);
