/** Default of a column: the moment of the transaction. */
export const NOW = () => 'now()'
