/** Characters that no text column of PostgreSQL holds (NUL), or that only a damaged file has. Tab and line breaks are allowed. */
export const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/
