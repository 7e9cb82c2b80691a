import { hour, type Instant } from "../world/instant.ts"
import { idIn } from "../world/realm.ts"
import { bankAccountId, enterBankAccount, walletId } from "../world/reference.ts"
import { hasCome } from "../world/story.ts"
import type { BreakCode } from "./break-code.ts"
import { attempt, candidates, chooseCustomer, each, eachNight, type Ground, near, needed, report } from "./ground.ts"
import { type Plot, pastGrace, plant, settle } from "./planting.ts"

const unknown = "REF_UNKNOWN"
const foreign = "REF_FOREIGN"
const closed = "REF_CLOSED"

/** A settled record that names what it should not. */
const naming = (ground: Ground, code: BreakCode, plot: Plot, why: string) => {
  const planted = plant(ground, plot)
  settle(ground, planted)
  report(ground, code, code === foreign ? "critical" : "high", planted, why, pastGrace(planted.record.story.createdAt))
}

/** A record that failed, and so moved nothing, wherever it was to go. */
const failing = (ground: Ground, code: BreakCode, plot: Plot, why: string) => {
  const at = ground.realm.start + 28 * hour
  const life = [
    { at, status: "PENDING" },
    { at: at + hour, status: "FAILED" },
  ]
  near(ground, code, plant(ground, { ...plot, createdAt: at, life }), why, at + hour)
}

/** Records that name accounts which are nowhere. */
export const plantUnknownAccount = (ground: Ground): void => {
  const nowhere = idIn(ground.realm, `nowhere/${unknown}`)
  each(
    [
      ["fiat_deposits", "fiatAccountId"],
      ["crypto_withdrawals", "beneficiaryId"],
    ],
    ([stream, field]) => {
      const draft = { fields: { [field]: nowhere } }
      naming(ground, unknown, { key: `${unknown}/${stream}`, stream, draft }, `no list has its ${field}`)
    },
  )
  const draft = { fields: { bankAccountId: nowhere } }
  const plot: Plot = { key: `${unknown}/failed`, stream: "fiat_withdrawals", draft }
  failing(ground, unknown, plot, "no list has its bank account, and it FAILED")
}

/** Records that name another customer's account, or one of another currency. */
export const plantForeignAccount = (ground: Ground): void => {
  const { realm } = ground
  attempt(
    () => {
      const customer = chooseCustomer(ground, foreign, "fiat")
      const other = needed(candidates(ground, "fiat").find((one) => one !== customer))
      const { code } = needed(other.active.find((one) => one.kind === "fiat" && customer.active.includes(one)))
      const draft = { fields: { bankAccountId: bankAccountId(realm, other, code) } }
      const plot = { stream: "fiat_withdrawals", customer, currency: code, draft } as const
      const why = "its bank account is another customer's"
      naming(ground, foreign, { key: `${foreign}/owner`, ...plot }, why)
      failing(ground, foreign, { key: `${foreign}/failed`, ...plot }, "its bank account is another's, and it FAILED")
    },
    () => {
      const customer = chooseCustomer(ground, `${foreign}/currency`, "crypto")
      const [one, two] = customer.active.filter(({ kind }) => kind === "crypto")
      const { code, networks } = needed(two)
      const draft = { fields: { walletId: walletId(realm, customer, code, networks[0] ?? "") } }
      const plot = { stream: "crypto_deposits", customer, currency: needed(one).code, draft } as const
      naming(ground, foreign, { key: `${foreign}/currency`, ...plot }, "its wallet is for another currency")
    },
  )
}

/** Around every night a bank account that it sees closed for the first time, and withdrawals to it before and after. */
export const plantClosedAccount = (ground: Ground): void =>
  eachNight(ground, (night, nth) => {
    const key = `${closed}/${nth}`
    const stream = "fiat_withdrawals"
    const customer = chooseCustomer(ground, key, "fiat")
    const currency = needed(customer.active.find(({ kind }) => kind === "fiat"))
    const closedAt = night - 3 * hour
    const account = enterBankAccount(ground.realm, key, customer, currency, night - 8 * hour, [
      { at: closedAt, set: { status: "CLOSED" } },
    ])
    const draw = (name: string, createdAt: Instant) => {
      const draft = { fields: { bankAccountId: account.id, reference: `${name} the closing` } }
      const plot = { key: `${key}/${name}`, stream, customer, currency: currency.code, createdAt, draft } as const
      const planted = plant(ground, plot)
      settle(ground, planted)
      return planted
    }
    attempt(
      () => {
        const from = night + 2 * hour
        const after = draw("after", from)
        report(ground, closed, "high", after, "its bank account was CLOSED the night before", from, {
          when: ({ earlier }) => earlier.some((before) => hasCome(account, closedAt, before) && before < from),
        })
      },
      () => near(ground, closed, draw("before", night - 5 * hour), "its bank account was closed after it", closedAt),
    )
  })
