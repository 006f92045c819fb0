import { dictionary } from '@zxcvbn-ts/language-common'

/** About 49,000 passwords from public leaks, in small letters. */
const COMMON_PASSWORDS = new Set(dictionary['passwords-common'])

/** Whether a word in small letters is among the commonest passwords. */
export const isCommonPassword = (word: string): boolean => COMMON_PASSWORDS.has(word)
