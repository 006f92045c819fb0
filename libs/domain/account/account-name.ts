/** Names of accounts stand beside decisions, so no two of them may look alike. */

/** The scripts of the country. Letters of others look like these: Cyrillic “а” is no “a”. */
const SCRIPTS = [/\p{Script=Latin}/u, /\p{Script=Arabic}/u, /\p{Script=Tifinagh}/u]

/** Letters of the scripts, marks upon them, digits, and what stands between the words of names and addresses. */
const ALLOWED = /^[\p{Script=Latin}\p{Script=Arabic}\p{Script=Tifinagh}\p{Mn}0-9٠-٩ ._@'’+-]+$/u

/** The reason why a new account cannot have this name, as a sentence about “name”; null if it can. */
export function accountNameFaultOf(name: string): string | null {
  if (name.normalize('NFKC') !== name)
    return 'has letters that stand for other letters, such as full-width ones or ligatures: write it with plain letters'
  if (name.trim() !== name || /\s{2}/.test(name)) return 'begins or ends with a space, or has two in a row'
  if (!ALLOWED.test(name))
    return 'has a sign that names do not have: letters (Latin, Arabic or Tifinagh), digits, spaces and . _ - @ + ’ are allowed'
  if (SCRIPTS.filter((script) => script.test(name)).length > 1)
    return 'mixes letters of several scripts: write it in one'
  return null
}

/** Signs that look alike in most fonts (after https://www.unicode.org/reports/tr39/), each as the one that stands for it. */
const LOOK_ALIKES: readonly (readonly [RegExp, string])[] = [
  [/rn/g, 'm'],
  [/vv/g, 'w'],
  [/[1iıl]/g, 'l'],
  [/[0٠]/g, 'o'],
  [/[’']/g, "'"],
  [/[ىي]/g, 'ي'],
  [/[کك]/g, 'ك'],
  [/[ہهة]/g, 'ه'],
  [/[أإآٱا]/g, 'ا'],
  [/[ ._-]+/g, ''],
]

/** Names with the same outline are taken for each other by a reader. */
export function nameOutlineOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
  return LOOK_ALIKES.reduce((text, [sign, standsFor]) => text.replace(sign, standsFor), plain)
}
