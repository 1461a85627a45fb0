/** What a process says of each event that it is given twice. */
export const twiceLine = 'Delivered twice.';
