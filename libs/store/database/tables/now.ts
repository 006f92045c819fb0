/** Default value of a column: the time of the transaction. */
export const NOW = () => 'now()'
