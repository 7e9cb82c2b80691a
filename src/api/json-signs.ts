/** What the text of a page shows at one glance, so that the rest of it is looked at closely only where it has to be. */
export interface JsonSigns {
  /** Keys, and whatever in a text looks like one. */
  readonly keys: number
  /** A number may stand as a value or first in a list. */
  readonly mayHoldNumbers: boolean
  /** Something may have to be made printable, or is half a character. */
  readonly mayBeUnprintable: boolean
}

const quote = 34
const colon = 58
const openBracket = 91
const backslash = 92

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

/** A control character, a mark that turns the direction of writing, or an invisible one; those below 32 are not in JSON as they are. */
const isUnprintable = (code: number): boolean =>
  code <= 0x9f ||
  code === 0x200e ||
  code === 0x200f ||
  (code >= 0x2028 && code <= 0x202e) ||
  (code >= 0x2066 && code <= 0x2069) ||
  code === 0xfeff

/** The escapes of such characters, and of halves. */
const escape = /[bfnrt]|u(?:00[01789]|20[026]|feff|d[89a-f])/iy

/** One pass over valid JSON. A false alarm (what looks so and stands in a text) costs only time. */
export const signsOf = (json: string): JsonSigns => {
  let keys = 0
  let mayHoldNumbers = false
  let mayBeUnprintable = false
  const lookForNumber = (after: number): void => {
    let place = after
    while (isBlank(json.charCodeAt(place))) place++
    if (json.charCodeAt(place) === 45) place++
    const code = json.charCodeAt(place)
    if (code >= 48 && code <= 57) mayHoldNumbers = true
  }
  for (let place = 0; place < json.length; place++) {
    const code = json.charCodeAt(place)
    if (code === colon) {
      let before = place - 1
      while (isBlank(json.charCodeAt(before))) before--
      if (json.charCodeAt(before) !== quote) continue
      keys++
      if (!mayHoldNumbers) lookForNumber(place + 1)
    } else if (code === openBracket) {
      if (!mayHoldNumbers) lookForNumber(place + 1)
    } else if (code === backslash) {
      place++
      if (mayBeUnprintable) continue
      escape.lastIndex = place
      mayBeUnprintable = escape.test(json)
    } else if (code >= 0x7f && isUnprintable(code)) mayBeUnprintable = true
  }
  return { keys, mayHoldNumbers, mayBeUnprintable }
}
