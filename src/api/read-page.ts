import { Either } from "effect"
import type { Contract, ContractStream } from "./contract.ts"
import { isDateTime } from "./date-time.ts"
import { quoteNumbers } from "./exact-numbers.ts"
import { UnreadablePage } from "./failures.ts"
import type { Field } from "./field.ts"
import { hidePersonal, pageShapeOf, showsNothing } from "./hide-personal.ts"
import { type JsonSigns, signsOf } from "./json-signs.ts"
import { keysOf, keyTwiceOn, partsOf, recordTexts, rootOf } from "./json-text.ts"
import { bounded, longestRecord, longestText } from "./long-text.ts"
import type { PersonalData } from "./personal-data.ts"
import { printable, withoutControls } from "./printable.ts"
import { saysItsOwn } from "./problem.ts"
import { type RejectedRecord, readableColumns, readRecord, recordId } from "./read-record.ts"

/** A page of a list as the contract reads it: what to keep, what to load, what was refused. */
export interface ReadPage {
  readonly items: number
  /** Whether the page says that more follows, or gives a cursor all the same. */
  readonly hasMore: boolean
  /** It says that no more follows, and gives a cursor: what lies behind that tells. */
  readonly endIsDoubtful: boolean
  readonly nextCursor: string | null
  /** The body to keep as evidence: as received, personal data aside. */
  readonly kept: string
  /** True where personal data was replaced, so that `kept` is not byte for byte what arrived. */
  readonly redacted: boolean
  /** The body to load: valid JSON in which no number token is left, and the items sit where the contract says. */
  readonly loadable: string
  readonly rejected: ReadonlyArray<RejectedRecord>
  /** The records' ids in order; null where one cannot be read. */
  readonly ids: ReadonlyArray<string | null>
  /** When each was created, as the API wrote it; null where the list has no such field or it cannot be read. */
  readonly createdAt: ReadonlyArray<string | null>
}

export interface ReceivedPage {
  readonly body: Uint8Array
  readonly status: number
  readonly requestId: string
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The value at a dotted path, `pageInfo.nextCursor`; undefined where the way ends early. */
const at = (value: unknown, path: string): unknown =>
  keysOf(path).reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value)

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const countKeys = (page: unknown): number => {
  let keys = 0
  const open = [page]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (!Array.isArray(value)) keys += Object.keys(value as object).length
    for (const inner of Object.values(value as object))
      if (typeof inner === "object" && inner !== null) open.push(inner)
  }
  return keys
}

const exactText = (json: string, { mayHoldNumbers }: JsonSigns): string => (mayHoldNumbers ? quoteNumbers(json) : json)

/** Whether all that the record says are single values. */
const isPlain = (item: unknown): boolean => {
  if (!isObject(item)) return false
  for (const key in item) if (typeof item[key] === "object" && item[key] !== null) return false
  return true
}

/** Fields of the contract that a record says twice, and not the same both times: nobody can say which is meant. */
const saidTwice = (stream: ContractStream, record: string): ReadonlyArray<string> => {
  const said = new Map<string | undefined, Set<string>>()
  for (const { from, key, to } of partsOf(record, rootOf(record))) {
    said.set(key?.name, (said.get(key?.name) ?? new Set()).add(record.slice(from, to)))
  }
  return stream.fields.flatMap(({ field, type }) =>
    type !== "personal" && (said.get(field)?.size ?? 0) > 1 ? [field] : [],
  )
}

/** A record without what it says of some of its fields. */
const unsaid = (item: unknown, fields: ReadonlyArray<string>): unknown =>
  isObject(item) ? { ...item, ...Object.fromEntries(fields.map((field) => [field, {}])) } : item

/** The same, of which none is too long for a table. */
const isShort = (item: unknown): boolean => {
  if (!isObject(item)) return false
  for (const key in item) {
    const value = item[key]
    if (typeof value === "string" ? value.length > longestText : typeof value === "object" && value !== null)
      return false
  }
  return true
}

/** Ids are links, in which two texts must stay two; in other text a line's end is a blank. */
const isLink = ({ column }: Field, stream: ContractStream): boolean =>
  column.endsWith("_id") || stream.idFields.some((field) => field.column === column)

/** The page as it is loaded where it cannot be as it came: the contract's fields alone, each once, printable and of bounded length. */
const projected = (stream: ContractStream, itemsPath: string, items: ReadonlyArray<unknown>): string => {
  const fields = stream.fields.map((field) => ({
    name: field.field,
    shown: isLink(field, stream) ? withoutControls : printable,
  }))
  const records = items.map((item) => {
    if (!isObject(item)) return null
    const record: Record<string, string> = {}
    for (const { name, shown } of fields) {
      const value = item[name]
      if (typeof value === "string") record[name] = bounded(shown(value.toWellFormed()))
    }
    return record
  })
  return JSON.stringify(keysOf(itemsPath).reduceRight<unknown>((inner, key) => ({ [key]: inner }), records))
}

/** The text of a page as it may be kept: without what may name a person, unless that is kept. */
export const keptText = (
  contract: Contract,
  stream: ContractStream,
  personalData: PersonalData,
  text: string,
): string | null => {
  if (personalData._tag === "Keep") return text
  const isJson = Either.isRight(Either.try(() => JSON.parse(text) as unknown))
  return isJson ? hidePersonal(text, pageShapeOf(contract.page, stream), personalData.salt) : null
}

const createdTime = (item: unknown, field: string | undefined): string | null => {
  const value = field !== undefined && isObject(item) ? item[field] : null
  return typeof value === "string" && isDateTime(value) ? value : null
}

/**
 * Reads a list's answer. Fails only where the envelope cannot be read; a record that cannot be read is set aside with
 * its reason and the page goes on.
 */
export const readPage = (
  contract: Contract,
  stream: ContractStream,
  customerId: string,
  personalData: PersonalData,
  received: ReceivedPage,
): Either.Either<ReadPage, UnreadablePage> => {
  const refuse = (reason: UnreadablePage["reason"], detail: string) =>
    Either.left(new UnreadablePage({ reason, detail, ...received }))

  const decoded = Either.try(() => utf8.decode(received.body))
  if (Either.isLeft(decoded)) return refuse("NotUtf8", `${received.body.length} bytes`)
  const text = decoded.right.startsWith("\uFEFF") ? decoded.right.slice(1) : decoded.right

  // The body as it arrived must be JSON by itself: quoting numbers could mend what is broken (`012`).
  const original = Either.try(() => JSON.parse(text) as unknown)
  if (Either.isLeft(original)) {
    const looksLikeHtml = /^\s*</.test(text) ? ", which look like HTML" : ""
    return refuse("NotJson", `${received.body.length} bytes${looksLikeHtml}`)
  }
  const signs = signsOf(text)
  const exact = exactText(text, signs)
  const asReceived = exact === text ? original.right : (JSON.parse(exact) as unknown)

  const listed = at(asReceived, contract.page.items)
  if (!Array.isArray(listed)) return refuse("NoItems", `${contract.page.items} is not a list`)
  if (listed.length === 0 && isObject(asReceived) && saysItsOwn(asReceived.code)) {
    return refuse("NoItems", "the list is empty, and a code says why")
  }

  const read = (records: ReadonlyArray<unknown>) => records.map((record) => readRecord(stream, customerId, record))

  // JSON.parse takes the last of a key that comes twice, DuckDB the first.
  const twice = signs.keys > countKeys(asReceived)
  // Of two lists or two ends nobody can say which is meant, and records would be lost.
  const { items: itemsPath, hasMore, nextCursor: cursorPath } = contract.page
  for (const path of twice ? [itemsPath, hasMore, cursorPath] : []) {
    const key = keyTwiceOn(text, path)
    if (key !== null) return refuse(path === itemsPath ? "NoItems" : "NoPageInfo", `${key} stands twice`)
  }
  const shape = pageShapeOf(contract.page, stream)
  const isHash = personalData._tag === "Hash"
  const mayShow = isHash && (twice || !showsNothing(shape, asReceived))
  const plainFaults = mayShow ? [] : read(listed)
  const hides = mayShow || (isHash && plainFaults.some((fault) => fault !== null))
  const kept = hides ? hidePersonal(text, shape, personalData.salt) : text
  const keptSigns = hides ? signsOf(kept) : signs
  const quoted = hides ? exactText(kept, keptSigns) : exact
  const page = hides ? (JSON.parse(quoted) as unknown) : asReceived
  const items = at(page, contract.page.items) as ReadonlyArray<unknown>
  const faults = hides ? read(items) : plainFaults
  const asItIs = !twice && !keptSigns.mayBeUnprintable && items.every(isShort)

  const saysMore = at(page, contract.page.hasMore)
  const nextCursor = at(page, contract.page.nextCursor) ?? null
  if (typeof saysMore !== "boolean") return refuse("NoPageInfo", `${contract.page.hasMore} is not true or false`)
  if (nextCursor !== null && typeof nextCursor !== "string") {
    return refuse("NoPageInfo", `${contract.page.nextCursor} is neither text nor null`)
  }
  // Half a character has no form in a URL, so another cursor than this would be asked for.
  if (nextCursor?.isWellFormed() === false) {
    return refuse("NoPageInfo", `${contract.page.nextCursor} holds half a character`)
  }
  const hasCursor = nextCursor !== null && nextCursor !== ""
  if (saysMore && !hasCursor) return refuse("MoreWithoutCursor", contract.page.nextCursor)

  const rejected: Array<RejectedRecord> = []
  let texts = twice ? recordTexts(quoted, contract.page.items) : null
  items.forEach((item, index) => {
    const doubtful = twice ? saidTwice(stream, texts?.[index] ?? "") : []
    const fault = faults[index] ?? null
    if (fault === null && doubtful.length === 0) return
    // What lies deep, or stands twice, is taken as text.
    if (!isPlain(item)) texts ??= recordTexts(quoted, contract.page.items)
    const readable = unsaid(item, doubtful)
    rejected.push({
      index,
      recordId: recordId(stream, readable),
      // The reason tells how it was written, not the hash in its place.
      reason:
        (hides ? readRecord(stream, customerId, listed[index], "Hash") : null) ??
        fault ??
        `${doubtful.join(", ")} ${doubtful.length === 1 ? "stands" : "stand"} more than once, and not the same`,
      payload: bounded(isPlain(item) && !twice ? JSON.stringify(item) : (texts?.[index] ?? ""), longestRecord),
      readable: JSON.stringify(readableColumns(stream, readable)),
    })
  })
  const createdField = stream.fields.find((field) => field.column === "created_at")?.field
  return Either.right({
    items: items.length,
    hasMore: hasCursor,
    endIsDoubtful: hasCursor && !saysMore,
    nextCursor: hasCursor ? nextCursor : null,
    kept: hides ? kept : decoded.right,
    redacted: hides && kept !== text,
    loadable: asItIs ? quoted : projected(stream, contract.page.items, items),
    rejected,
    ids: items.map((item) => recordId(stream, item)),
    createdAt: items.map((item) => createdTime(item, createdField)),
  })
}
