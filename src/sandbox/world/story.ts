import { type StreamName, streams } from "../../api/streams.ts"
import { type Instant, renderInstant, stated, type TimeStyle } from "./instant.ts"
import type { Money } from "./money.ts"

export type Json = string | number | boolean | null

/** A record as the API would answer it; money as plain decimal strings. */
export type WorldRecord = Readonly<Record<string, Json>>

/** From `at` on, the record says this. */
export interface Step {
  readonly at: Instant
  readonly set: Readonly<Record<string, Json>>
  /** Fields that take the step's own instant, such as `completedAt`. */
  readonly stamps?: ReadonlyArray<string>
}

/**
 * One record over its whole life. A world is a set of stories; what the API answers at an instant is each story told
 * up to there, which is how the same seed can be looked at on two nights.
 */
export interface Story {
  readonly stream: StreamName
  /** Index of the customer under which the record is listed. */
  readonly customer: number
  readonly id: string
  readonly style: TimeStyle
  /** How the record writes an optional field that it does not have (yet). */
  readonly blank: "null" | "absent"
  readonly createdAt: Instant
  /** When the API first lists it; `createdAt` unless it comes to light late. */
  readonly visibleFrom: Instant
  /** From when on the API lists it no longer; only a fault takes a record off its list. */
  readonly visibleUntil?: Instant
  readonly fields: Readonly<Record<string, Json>>
  /** Fields that name an instant known from the beginning, such as `expiresAt`. */
  readonly foretold?: Readonly<Record<string, Instant>>
  /** In the order of time; the first is the state at creation. */
  readonly steps: Array<Step>
  /** Fields beyond the contract. */
  readonly extra?: Readonly<Record<string, Json>>
  /** What a transaction does to its customer's balance once it is posted; negative for a debit. */
  readonly posting?: { readonly currency: string; readonly signed: Money; readonly at: Instant | null }
  /** Money set aside from creation until it is debited or released. */
  readonly hold?: { readonly currency: string; readonly amount: Money; readonly until: Instant }
  /** The last word on how the record is written: the door for faults that no honest record could tell. */
  readonly spoil?: (record: WorldRecord) => WorldRecord
}

const rows = new Map(streams.map((row) => [row.stream as StreamName, row]))

/** The row of the contract's table of lists for a stream. */
export const rowOf = (stream: StreamName): (typeof streams)[number] => {
  const row = rows.get(stream)
  if (row === undefined) throw new RangeError(`no such stream: ${stream}`)
  return row
}

const fieldNames = new Map(streams.map((row) => [row.stream as StreamName, row.fields.map((field) => field.field)]))

/** Whether the API lists the record at `now`. */
export const isVisible = (story: Story, now: Instant): boolean =>
  stated(story.visibleFrom, story.style) <= now * 1_000 &&
  (story.visibleUntil === undefined || now * 1_000 < stated(story.visibleUntil, story.style))

/** Whether the instant, as the record states it, has come at `now`. */
export const hasCome = (story: Story, at: Instant, now: Instant): boolean => stated(at, story.style) <= now * 1_000

/** The record as it stands at `now`, fields in the contract's order. */
export const tell = (story: Story, now: Instant): WorldRecord => {
  const known: Record<string, Json> = { ...story.fields }
  known.createdAt = renderInstant(story.createdAt, story.style)
  for (const [name, at] of Object.entries(story.foretold ?? {})) known[name] = renderInstant(at, story.style)
  let updatedAt = story.createdAt
  for (const step of story.steps) {
    if (!hasCome(story, step.at, now)) break
    Object.assign(known, step.set)
    for (const name of step.stamps ?? []) known[name] = renderInstant(step.at, story.style)
    updatedAt = step.at
  }
  known.updatedAt = renderInstant(updatedAt, story.style)

  const record: Record<string, Json> = {}
  for (const name of fieldNames.get(story.stream) ?? []) {
    const value = known[name]
    if (value !== undefined && (value !== null || story.blank === "null")) record[name] = value
    else if (story.blank === "null") record[name] = null
  }
  Object.assign(record, story.extra)
  return story.spoil === undefined ? record : story.spoil(record)
}

/** Newest first: by the stated creation, then by id, both descending (contract, "Lists"). */
export const newestFirst = (left: Story, right: Story): number => {
  const byTime = stated(right.createdAt, right.style) - stated(left.createdAt, left.style)
  if (byTime !== 0) return byTime
  return left.id < right.id ? 1 : left.id > right.id ? -1 : 0
}
