/**
 * A message of graphql-js without what it guesses the client meant: that would tell the names of the schema to whoever
 * tries words, also where introspection is off. Ours is told not to guess; this is for what subgraphs send.
 */
export function withoutSuggestions(message: string): string {
  return message.includes(' Did you mean ') ? message.replace(suggestion, '') : message;
}

/** It ends the message, and quotes each name that it offers. */
const suggestion = / Did you mean (?:[a-z ]{1,40} )?"[^"]{0,200}"(?:(?:, or |, | or )"[^"]{0,200}")*\?$/;
