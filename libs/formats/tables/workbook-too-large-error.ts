/** A workbook with more than a list of people can have: the message continues “the .xlsx …”. */
export class WorkbookTooLargeError extends Error {}
