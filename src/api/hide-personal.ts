import type { Redacted } from "effect"
import type { ContractStream, PageShape } from "./contract.ts"
import type { Field } from "./field.ts"
import { keysOf, type Part, partsOf, rootOf } from "./json-text.ts"
import { hashPersonal, isHidden } from "./personal-data.ts"
import { mayStay } from "./read-record.ts"

/**
 * Which values of a page stay as they are: those that the contract names and that read as it says. All others may name a
 * person (a field that nobody knows, a name in the place of a date), and a hash takes their place.
 */
export type Shape =
  | { readonly _tag: "Object"; readonly keys: ReadonlyMap<string, Shape> }
  | { readonly _tag: "List"; readonly each: Shape }
  | { readonly _tag: "Field"; readonly field: Field; readonly stream: ContractStream }
  | { readonly _tag: "Cursor" }

const nested = (keys: ReadonlyArray<string>, inner: Shape): Shape =>
  keys.reduceRight<Shape>((shape, key) => ({ _tag: "Object", keys: new Map([[key, shape]]) }), inner)

/** Paths share their beginnings: `pageInfo.nextCursor` and `pageInfo.hasMore`. */
const merged = (one: Shape, other: Shape): Shape => {
  if (one._tag !== "Object" || other._tag !== "Object") return other
  const keys = new Map(one.keys)
  for (const [key, shape] of other.keys) {
    const known = keys.get(key)
    keys.set(key, known === undefined ? shape : merged(known, shape))
  }
  return { _tag: "Object", keys }
}

/** Depends on the contract alone. */
export const pageShapeOf = (page: PageShape, stream: ContractStream): Shape => {
  const fields = stream.fields.map((field): readonly [string, Shape] => [field.field, { _tag: "Field", field, stream }])
  const each: Shape = { _tag: "Object", keys: new Map(fields) }
  return [
    nested(keysOf(page.nextCursor), { _tag: "Cursor" }),
    nested(keysOf(page.items), { _tag: "List", each }),
  ].reduce(merged)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Values that say nothing of anybody. */
const saysNothing = (value: unknown): boolean =>
  value === null || value === undefined || value === "" || typeof value === "boolean"

/**
 * Whether the parsed value holds nothing but what the contract names, and no name of a person. Whether each value reads as
 * the contract says is left to who reads the records.
 */
export const showsNothing = (shape: Shape | undefined, value: unknown): boolean => {
  if (saysNothing(value)) return shape?._tag !== "Field" || shape.field.type !== "personal" || isHidden(value)
  switch (shape?._tag) {
    case "Object":
      if (!isObject(value)) return false
      for (const key in value) if (!showsNothing(shape.keys.get(key), value[key])) return false
      return true
    case "List":
      return Array.isArray(value) && value.every((inner) => showsNothing(shape.each, inner))
    case "Field":
      return typeof value === "string" && (shape.field.type !== "personal" || isHidden(value))
    case "Cursor":
      return typeof value === "string"
    case undefined:
      return false
  }
}

/** What names a field, rather than a person. */
const isFieldName = (key: string): boolean => /^[A-Za-z_][\w.-]{0,63}$/.test(key)

/** Numbers mean what is written, digit for digit. */
const meaningOf = (text: string): unknown =>
  /^[-\d]/.test(text) ? text : text.startsWith("{") || text.startsWith("[") ? {} : (JSON.parse(text) as unknown)

/**
 * The page's text, valid JSON, with a hash in the place of each value that does not stay; every other byte as it was. What
 * is no single value where the contract has one stays none: it is refused with its record.
 */
export const hidePersonal = (json: string, shape: Shape, salt: Redacted.Redacted): string => {
  const written: Array<string> = []
  let from = 0
  const replace = (begin: number, end: number, text: string): void => {
    written.push(json.slice(from, begin), text)
    from = end
  }
  const hashOf = (value: string): string => JSON.stringify(hashPersonal(salt, value))

  const hide = ({ from: begin, to }: Part, as: Shape | undefined): void => {
    const text = json.slice(begin, to)
    const value = meaningOf(text)
    const isPersonal = as?._tag === "Field" && as.field.type === "personal"
    if (isPersonal ? value === null || value === "" : saysNothing(value)) return
    if (typeof value === "string") {
      const stays =
        as?._tag === "Cursor" || (as?._tag === "Field" && !isPersonal && mayStay(as.field, value, as.stream))
      if (!stays) replace(begin, to, hashOf(value))
    } else if (typeof value === "boolean" || as === undefined || isPersonal) replace(begin, to, hashOf(text))
    else replace(begin, to, text.startsWith("{") ? `{"hidden":${hashOf(text)}}` : `[${hashOf(text)}]`)
  }

  const walk = (part: Part, as: Shape | undefined): void => {
    const first = json[part.from]
    if (as?._tag === "Object" && first === "{") {
      for (const member of partsOf(json, part.from)) {
        if (member.key !== null && !as.keys.has(member.key.name) && !isFieldName(member.key.name)) {
          replace(member.key.from, member.key.to, hashOf(member.key.name))
        }
        walk(member, as.keys.get(member.key?.name ?? ""))
      }
    } else if (as?._tag === "List" && first === "[") {
      for (const item of partsOf(json, part.from)) walk(item, as.each)
    } else hide(part, as)
  }

  walk({ key: null, from: rootOf(json), to: json.trimEnd().length }, shape)
  written.push(json.slice(from))
  return written.join("")
}
