import { Schema } from "effect"

/** A whole number within bounds. The sentence holds for what is no number too. */
export const whole = (least: number, most: number) => {
  const message = () => `must be a whole number from ${least} to ${most}`
  return Schema.Number.annotations({ message }).pipe(Schema.int({ message }), Schema.between(least, most, { message }))
}

/** A text of a given form. The sentence holds for what is no text too. */
export const written = (form: RegExp, sentence: string) => {
  const message = () => sentence
  return Schema.String.annotations({ message }).pipe(Schema.pattern(form, { message }))
}
