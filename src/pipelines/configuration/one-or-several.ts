import { Schema } from "effect"

/** One word of a list, or several of which each counts. */
export const oneOrSeveral = <const Words extends readonly [string, ...Array<string>]>(words: Words) => {
  const Word = Schema.Literal(...words)
  return Schema.transform(Schema.Union(Word, Schema.NonEmptyArray(Word)), Schema.Array(Schema.typeSchema(Word)), {
    strict: true,
    decode: (given) => (typeof given === "string" ? [given] : given),
    encode: ([first = words[0], ...others]) => [first, ...others] as const,
  })
}
