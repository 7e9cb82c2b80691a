/**
 * Text of the API as it may reach a terminal, a log or a report: no control character, nothing that turns the direction of
 * writing, of bounded length. A forged line is then part of the line that it stands in.
 */

const blanks = /[\t-\r\u0085\u2028\u2029]+/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`

/** Every control character as the escape that JSON writes, so that two different texts stay different. */
export const withoutControls = (text: string): string => text.replace(controls, escaped)

/** The same, but a tab and a line's end are a blank, as people read them. */
export const printable = (text: string): string => withoutControls(text.replace(blanks, " "))

/** Longer texts say nothing more to a person. */
const usualLength = 300

/** In a sentence: printable, and cut where it is too long. */
export const told = (text: string, most: number = usualLength): string => {
  const whole = printable(text.length > most ? text.slice(0, most).toWellFormed() : text)
  return text.length > most ? `${whole}…` : whole
}
