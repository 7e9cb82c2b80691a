import { back, type Case, sum } from "./case.ts"
import { mayTouch, refundsInDoubt } from "./doubt.ts"
import { type Leg, legOfTransaction, legsOf } from "./legs.ts"
import {
  absolute,
  amountOf,
  classOf,
  currencyOf,
  hour,
  isPosted,
  kindNamed,
  type Lists,
  postedWhen,
  productLists,
  type Rules,
  type Served,
  signedOf,
  textOf,
  timeOf,
} from "./lists.ts"
import { type Places, placesOf } from "./places.ts"

/**
 * The money test of one record leg, written from the money rules alone: what must have moved against what did, and the
 * first line of the decision table that applies.
 */
export interface LegVerdict {
  readonly record: Served
  readonly leg: Leg
  readonly outcome: Outcome
  readonly found: ReadonlyArray<Found>
  readonly category: string
  /** Of a leg that is unproven: what would be found if nothing stood in the way; null where it agrees so far. */
  readonly wouldBe: string | null
  /** The transactions that were counted with it. */
  readonly counted: ReadonlyArray<Served>
}

type Outcome = "agrees" | "within tolerance" | "exception" | "in flight" | "unproven"

export interface Found {
  readonly code: string
  readonly severity: string
  readonly atStake: bigint
}

interface Judged {
  readonly outcome: Outcome
  readonly found: ReadonlyArray<Found>
}

const net = (posted: ReadonlyArray<Served>): bigint => sum(posted.map(signedOf))
const least = (one: bigint, other: bigint): bigint => [one, other].reduce((low, each) => (each < low ? each : low))
const hasType = (one: Served, type: string): boolean => textOf(one, "type") === type

const largest = 10n ** 38n - 1n

/** More than DECIMAL(38,18) holds: nothing is claimed of it. */
const isTooLarge = (amount: bigint): boolean => absolute(amount) > largest

const limitOf = (currency: string, expected: bigint, rules: Rules): bigint => {
  const { absolute: limit, basisPoints } = rules.tolerance?.[currency] ?? { absolute: 0n, basisPoints: 0n }
  const share = (absolute(expected) * basisPoints) / 10_000n
  return limit > share ? limit : share
}

const agree = (result: Outcome): Judged => ({ outcome: result, found: [] })

/** What is at stake, without sign; a distance that no decimal holds is the largest that one does. */
const exception = (code: string, severity: string, distance: bigint): Judged => ({
  outcome: "exception",
  found: [{ code, severity, atStake: least(absolute(distance), largest) }],
})

/** How much of what REVERSED transactions moved no later posting of the other direction took back. */
const uncovered = ({ counted, rules }: Case): bigint => {
  const posted = counted.filter(isPosted).toSorted((one, other) => postedWhen(one) - postedWhen(other))
  const supply = new Map(posted.map((one) => [one, absolute(signedOf(one))]))
  const open = new Map<string, bigint>()
  for (const reversed of posted.filter((one) => textOf(one, "status") === "REVERSED")) {
    let needed = absolute(signedOf(reversed))
    const isCredit = signedOf(reversed) > 0n
    const answers = posted.filter(
      (later) =>
        postedWhen(later) > postedWhen(reversed) &&
        signedOf(later) > 0n !== isCredit &&
        currencyOf(later, rules) === currencyOf(reversed, rules) &&
        later.customerId === reversed.customerId,
    )
    for (const later of answers) {
      const rest = supply.get(later) ?? 0n
      const used = least(rest, needed)
      supply.set(later, rest - used)
      needed -= used
    }
    const place = JSON.stringify([reversed.customerId, currencyOf(reversed, rules), isCredit])
    open.set(place, (open.get(place) ?? 0n) + needed)
  }
  return [...open.values()].reduce((most, one) => (one > most ? one : most), 0n)
}

/** A sum that agrees may still hold money that was called REVERSED and never came back. */
const loneReversed = (one: Case): ReadonlyArray<Found> => {
  const left = uncovered(one)
  return left > 0n ? exception("LED_STATUS_MISMATCH", "high", left).found : []
}

/** The fees that stand, as one may read them where a transaction was taken back: what was charged and kept, or all, less what came back. */
const chargedFees = ({ leg }: Case, own: ReadonlyArray<Served>): ReadonlyArray<bigint> => {
  const charges = -net(own.filter((one) => hasType(one, "FEE")))
  const others = own.filter((one) => !hasType(one, "FEE"))
  // What moved nothing went neither way.
  const isAlong = (one: Served) => textOf(one, "direction") === leg.direction || signedOf(one) === 0n
  const along = others.filter(isAlong)
  const against = others.filter((one) => !isAlong(one))
  const fees = (some: ReadonlyArray<Served>) => sum(some.map((one) => amountOf(one, "fee")))
  const standing = along.filter((one) => textOf(one, "status") !== "REVERSED")
  return [charges + fees(standing), charges + fees(along) - fees(against)]
}

/** By how much the fees differ, in the reading that is nearest to what the record says. */
const feeGap = (one: Case, own: ReadonlyArray<Served>): bigint => {
  const gaps = chargedFees(one, own).map((fees) => fees - one.leg.fee)
  return gaps.reduce((least, gap) => (absolute(gap) < absolute(least) ? gap : least))
}

const named = (one: Case, places: Places, expected: bigint, limit: bigint): Judged => {
  const { counted, leg } = one
  const turned = (amount: bigint) => (leg.direction === "CREDIT" ? amount : -amount)
  const [own, elsewhere] = [turned(places.own), turned(places.elsewhere)]
  const [difference, whole] = [own - expected, turned(leg.net)]
  const atStake = absolute(difference) > limit ? difference : places.astray
  const posted = counted.filter(isPosted)
  if (own === 0n && elsewhere !== 0n && absolute(elsewhere - whole) <= limit) {
    return exception("LED_OWNER_MISMATCH", "critical", atStake)
  }
  const differs = absolute(difference) > limit
  if (own === 0n && places.elsewhere === 0n && whole !== 0n && places.isForeign) {
    return exception("LED_CURRENCY_MISMATCH", "critical", whole)
  }
  if (absolute(difference) <= limit && places.onlyNetworks)
    return exception("LED_NETWORK_MISMATCH", "critical", atStake)
  if (own === -whole && own !== 0n && places.elsewhere === 0n)
    return exception("LED_DIRECTION_MISMATCH", "critical", atStake)
  if (posted.length === 0 && counted.length > 0) return exception("LED_STATUS_MISMATCH", "high", atStake)
  if (posted.length === 0) {
    return exception("LED_MISSING_TRANSACTION", leg.direction === "DEBIT" ? "critical" : "high", atStake)
  }
  // Posted and taken back is as good as not posted: the record says that it moved.
  const hasReversed = posted.some((each) => textOf(each, "status") === "REVERSED")
  if (differs && own === 0n && places.elsewhere === 0n && hasReversed) {
    return exception("LED_STATUS_MISMATCH", "high", atStake)
  }
  const charges = net(places.home.filter((each) => hasType(each, "FEE")))
  const isOnlyHome = places.elsewhere === 0n && !places.isForeign
  if (classOf(one.record) === "settled" && leg.leg !== "FEE" && charges !== 0n && isOnlyHome) {
    const gap = feeGap(one, places.home)
    // A credit shrinks by what is charged, a debit grows.
    const explained = leg.direction === "CREDIT" ? -gap : gap
    if (absolute(difference - explained) <= limit) return exception("LED_FEE_MISMATCH", "medium", difference)
  }
  const along = [...places.home, ...places.others].filter((each) => textOf(each, "direction") === leg.direction)
  if (own + elsewhere > expected && along.length > 1) {
    return exception("LED_DUPLICATE_TRANSACTION", "critical", own + elsewhere - expected)
  }
  return exception("LED_AMOUNT_MISMATCH", "high", atStake)
}

const settled = (one: Case): Judged => {
  const places = placesOf(one)
  const expected = absoluteOf(one.leg)
  const limit = limitOf(one.leg.currency, expected, one.rules)
  const difference = places.own - one.leg.net
  if (places.isAstray || absolute(difference) > limit) return named(one, places, expected, limit)
  const gap = one.leg.leg === "FEE" || places.home.length === 0 ? 0n : feeGap(one, places.home)
  const fees =
    absolute(gap) > limitOf(one.leg.currency, one.leg.fee, one.rules)
      ? exception("LED_FEE_MISMATCH", "medium", gap).found
      : []
  const found = [...fees, ...loneReversed(one)]
  if (found.length > 0) return { outcome: "exception", found }
  return agree(difference === 0n && gap === 0n ? "agrees" : "within tolerance")
}

/** A leg's net in its own direction. */
const absoluteOf = (leg: Leg): bigint => (leg.direction === "CREDIT" ? leg.net : -leg.net)

const isYoung = (refund: Served, now: number): boolean => now - (timeOf(refund, "createdAt") ?? now) < 24 * hour

/** Nothing must stand; of a product with refunds, what they took back, net or gross. */
const takenBack = (one: Case): Judged => {
  const places = placesOf(one)
  const limit = limitOf(one.leg.currency, 0n, one.rules)
  const refunds = classOf(one.record) === "undone" ? one.refunds : []
  const done = back(refunds.filter((refund) => classOf(refund) === "settled"))
  const waiting = back(refunds.filter((refund) => classOf(refund) === "open" && isYoung(refund, one.now)))
  const ties = (refunded: bigint): boolean => {
    const rest = places.own - refunded
    return absolute(rest) <= limit || (refunded !== 0n && absolute(rest + one.leg.fee) <= limit)
  }
  const isNothing = one.counted.filter(isPosted).length === 0
  if (!places.isAstray && (isNothing || ties(done))) {
    const found = loneReversed(one)
    return found.length > 0 ? { outcome: "exception", found } : agree("agrees")
  }
  if (!places.isAstray && waiting !== 0n && ties(done + waiting)) return agree("in flight")
  const rest = ties(done) ? 0n : places.own - done
  return exception("LED_STATUS_MISMATCH", "critical", absolute(rest) > limit ? rest : places.astray)
}

/** Nothing yet, or a part: up to the greater of net and gross, in the record's direction. */
const open = (one: Case): Judged => {
  const places = placesOf(one)
  const moved = one.leg.direction === "CREDIT" ? places.own : -places.own
  const most = one.leg.most > 0n ? one.leg.most : 0n
  const expected = moved > 0n ? least(moved, most) : 0n
  const limit = limitOf(one.leg.currency, one.leg.net, one.rules)
  if (places.isAstray || absolute(moved - expected) > limit) return named(one, places, expected, limit)
  if (classOf(one.record) === "unknown") return agree("unproven")
  const found = loneReversed(one)
  return found.length > 0 ? { outcome: "exception", found } : agree("in flight")
}

/** completedAt says when a record was settled; of any other state the record's last change does. */
const changed = (record: Served): number =>
  (classOf(record) === "settled" ? timeOf(record, "completedAt") : null) ?? timeOf(record, "updatedAt") ?? 0

const tests = { open, unknown: open, settled, void: takenBack, undone: takenBack }

/** A difference is in flight until an hour after the later of the record's change of state and the newest posting in it. */
const withGrace = (one: Case, verdict: Judged): Judged => {
  if (verdict.outcome !== "exception") return verdict
  const since = Math.max(changed(one.record), ...one.counted.filter(isPosted).map(postedWhen))
  return one.now - since >= hour ? verdict : agree("in flight")
}

const categoryOf = (record: Served, outcome: Outcome): string => {
  if (outcome !== "agrees") return outcome
  return classOf(record) === "settled" ? "matched" : "void"
}

/** Each leg of each record, judged on its own customer's list. */
export const judgeMoney = (lists: Lists, rules: Rules): ReadonlyArray<LegVerdict> => {
  const isRead = ({ customerId, stream }: Served) => !lists.unread.has(`${customerId}/${stream}`)
  const current = lists.entries.filter(isRead)
  const naming = new Map<string, Array<Served>>()
  const kindOf = kindNamed(lists)
  for (const one of current) {
    const isApart =
      hasType(one, "FEE") && rules.separateFees?.some((stream) => productLists[stream]?.resourceType === kindOf(one))
    if (one.stream !== "transactions" || isApart) continue
    const name = `${kindOf(one)} ${textOf(one, "resourceId")}`
    naming.set(name, [...(naming.get(name) ?? []), one])
  }
  const refused = lists.refused.filter(({ stream }) => stream === "transactions")
  return lists.entries.flatMap((record) => {
    const list = productLists[record.stream]
    if (list === undefined) return []
    const legs = legsOf(record, rules)
    const all = isRead(record) ? (naming.get(`${list.resourceType} ${record.id}`) ?? []) : []
    return legs.map((leg): LegVerdict => {
      const counted = all.filter((one) => legOfTransaction(one, record, legs, rules) === leg)
      const refunds = current.filter(
        (one) =>
          one.stream === list.refunds?.stream &&
          textOf(one, list.refunds.field) === record.id &&
          one.customerId === record.customerId &&
          currencyOf(one, rules) === leg.currency,
      )
      const one: Case = { record, leg, counted, refunds, now: lists.now, rules }
      const verdict = tests[classOf(record)](one)
      const stands = verdict.found.some(
        ({ severity, code }) => code === "LED_STATUS_MISMATCH" && severity === "critical",
      )
      const { elsewhere, own } = placesOf(one)
      const isUnproven =
        !isRead(record) ||
        lists.unread.has(`${record.customerId}/transactions`) ||
        counted.some((each) => classOf(each) === "unknown" && amountOf(each, "netAmount") !== 0n) ||
        refused.some((each) => mayTouch(one, legs, each)) ||
        (counted.some(isPosted) && refundsInDoubt(one, lists)) ||
        (stands && classOf(record) === "undone" && rules.unlistedRefunds?.includes(record.stream) === true) ||
        [leg.net, own, elsewhere].some(isTooLarge)
      const { found, outcome } = isUnproven ? agree("unproven") : withGrace(one, verdict)
      const wouldBe = isUnproven ? (verdict.found[0]?.code ?? null) : null
      return { record, leg, outcome, found, counted, wouldBe, category: categoryOf(record, outcome) }
    })
  })
}
