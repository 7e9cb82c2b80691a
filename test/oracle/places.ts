import type { Case } from "./case.ts"
import { absolute, currencyOf, isPosted, networkOf, type Served, signedOf } from "./lists.ts"

/** Where the posted transactions of a leg moved money: at home, that is for the record's customer, in its currency and on its network, or elsewhere. */
export interface Places {
  readonly home: ReadonlyArray<Served>
  /** Those of other customers in the leg's currency. */
  readonly others: ReadonlyArray<Served>
  /** Signed sums of both. */
  readonly own: bigint
  readonly elsewhere: bigint
  /** Whether money moved in a currency that is not the leg's. */
  readonly isForeign: boolean
  /** Whether what is astray is only on other networks. */
  readonly onlyNetworks: boolean
  readonly isAstray: boolean
  /** What moved elsewhere, without sign: for other customers, else in another currency, else on another network. */
  readonly astray: bigint
}

const sumsBy = (posted: ReadonlyArray<Served>, key: (one: Served) => string): ReadonlyMap<string, bigint> => {
  const sums = new Map<string, bigint>()
  for (const one of posted) sums.set(key(one), (sums.get(key(one)) ?? 0n) + signedOf(one))
  return sums
}

export const placesOf = (one: Case): Places => {
  const { counted, leg, record, rules } = one
  const posted = counted.filter(isPosted)
  const isHere = (each: Served) => currencyOf(each, rules) === leg.currency
  const isOwn = (each: Served) => each.customerId === record.customerId
  const limit = (currency: string) => rules.tolerance?.[currency]?.absolute ?? 0n
  const home = posted.filter((each) => isHere(each) && isOwn(each))
  const others = posted.filter((each) => isHere(each) && !isOwn(each))
  const foreign = posted.filter((each) => !isHere(each))

  const total = (sums: Iterable<bigint>) => [...sums].reduce((all, each) => all + absolute(each), 0n)
  const apart = total(sumsBy(others, (each) => each.customerId).values())
  const byCurrency = new Map<string, bigint>()
  for (const [place, moved] of sumsBy(foreign, (each) => `${currencyOf(each, rules)} ${each.customerId}`)) {
    const [currency = ""] = place.split(" ")
    byCurrency.set(currency, (byCurrency.get(currency) ?? 0n) + absolute(moved))
  }
  const [inForeign] = [...byCurrency].filter(([currency, moved]) => moved > limit(currency)).sort()

  const network = networkOf(record, rules)
  const isByNetwork = network !== null && home.every((each) => networkOf(each, rules) !== null)
  const offNetwork = isByNetwork
    ? total(
        sumsBy(
          home.filter((each) => networkOf(each, rules) !== network),
          (each) => networkOf(each, rules) ?? "",
        ).values(),
      )
    : 0n

  const isApart = apart > limit(leg.currency)
  const isOff = offNetwork > limit(leg.currency)
  const elsewhere = others.reduce((all, each) => all + signedOf(each), 0n)
  return {
    home,
    others,
    own: home.reduce((all, each) => all + signedOf(each), 0n),
    elsewhere,
    isForeign: inForeign !== undefined,
    onlyNetworks: isOff && !isApart && inForeign === undefined,
    isAstray: isApart || isOff || inForeign !== undefined,
    astray: isApart ? apart : (inForeign?.[1] ?? offNetwork),
  }
}
