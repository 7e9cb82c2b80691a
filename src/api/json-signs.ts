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

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

/** Whether the value that begins here, after blanks, is a number. */
const isNumberAt = (json: string, at: number): boolean => {
  let place = at
  while (isBlank(json.charCodeAt(place))) place++
  if (json[place] === "-") place++
  const code = json.charCodeAt(place)
  return code >= 48 && code <= 57
}

const isAfterQuote = (json: string, at: number): boolean => {
  let place = at - 1
  while (isBlank(json.charCodeAt(place))) place--
  return json.charCodeAt(place) === quote
}

/**
 * A control character, a mark that turns the direction of writing, an invisible one, or the escape of such a character or of half
 * of one; what is below 32 is not in JSON as it is.
 */
const unprintable =
  /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\\(?:[bfnrt]|u(?:00[01789]|20[026]|feff|d[89a-f]))/i

/** The same, and any escape: one class of characters is found three times as fast. */
const escapedOrUnprintable = /[\\\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

/** Of valid JSON. A false alarm (what looks so and stands in a text) costs only time. */
export const signsOf = (json: string): JsonSigns => {
  let keys = 0
  let mayHoldNumbers = false
  for (let place = json.indexOf(":"); place !== -1; place = json.indexOf(":", place + 1)) {
    if (!isAfterQuote(json, place)) continue
    keys++
    mayHoldNumbers ||= isNumberAt(json, place + 1)
  }
  for (let place = json.indexOf("["); place !== -1 && !mayHoldNumbers; place = json.indexOf("[", place + 1)) {
    mayHoldNumbers = isNumberAt(json, place + 1)
  }
  return { keys, mayHoldNumbers, mayBeUnprintable: escapedOrUnprintable.test(json) && unprintable.test(json) }
}
