import { Schema } from "effect"

/** A whole number within bounds. The sentence holds for what is no number too. */
export const whole = (least: number, most: number) => {
  const message = () => `must be a whole number from ${least} to ${most}`
  return Schema.Number.annotations({ message }).pipe(Schema.int({ message }), Schema.between(least, most, { message }))
}

/** A number above 0, up to a bound. */
export const positive = (most: number) => {
  const message = () => `must be a number above 0 and up to ${most}`
  return Schema.Number.annotations({ message }).pipe(
    Schema.greaterThan(0, { message }),
    Schema.lessThanOrEqualTo(most, { message }),
  )
}

/** A text of a given form. The sentence holds for what is no text too. */
export const written = (form: RegExp, sentence: string) => {
  const message = () => sentence
  return Schema.String.annotations({ message }).pipe(Schema.pattern(form, { message }))
}
