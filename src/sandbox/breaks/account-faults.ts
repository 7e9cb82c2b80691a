import { hour, type Instant } from "../world/instant.ts"
import { idIn } from "../world/realm.ts"
import { bankAccountId, enterBankAccount, walletId } from "../world/reference.ts"
import { hasCome } from "../world/story.ts"
import type { BreakCode } from "./break-code.ts"
import { candidates, chooseCustomer, type Ground } from "./ground.ts"
import { completedAt, type Planted, type Plot, pastGrace, plant, postFor, settle } from "./planting.ts"

const unknown = "REF_UNKNOWN"
const foreign = "REF_FOREIGN"
const closed = "REF_CLOSED"

const report = (ground: Ground, code: BreakCode, planted: Planted | null, why: string, from?: Instant) => {
  if (planted === null) return
  settle(ground, planted)
  const severity = code === foreign ? "critical" : "high"
  ground.faults.push({
    code,
    recordId: planted.record.story.id,
    severity,
    why,
    from: from ?? pastGrace(planted.record.story.createdAt),
  })
}

/** A record that failed, and so moved nothing, wherever it was to go. */
const failing = (ground: Ground, code: BreakCode, plot: Plot, why: string) => {
  const at = ground.realm.start + 28 * hour
  const life = [
    { at, status: "PENDING" },
    { at: at + hour, status: "FAILED" },
  ]
  const planted = plant(ground, { ...plot, createdAt: at, life })
  if (planted === null) return
  ground.nearMisses.push({ code, recordId: planted.record.story.id, why, from: at + hour })
}

/** Records that name accounts which are nowhere. */
export const plantUnknownAccount = (ground: Ground): void => {
  const nowhere = idIn(ground.realm, `nowhere/${unknown}`)
  const named: ReadonlyArray<readonly [Plot["stream"], string]> = [
    ["fiat_deposits", "fiatAccountId"],
    ["crypto_withdrawals", "beneficiaryId"],
  ]
  for (const [stream, field] of named) {
    const plot: Plot = { key: `${unknown}/${stream}`, stream, draft: { fields: { [field]: nowhere } } }
    report(ground, unknown, plant(ground, plot), `no list has its ${field}`)
  }
  const plot: Plot = {
    key: `${unknown}/failed`,
    stream: "fiat_withdrawals",
    draft: { fields: { bankAccountId: nowhere } },
  }
  failing(ground, unknown, plot, "no list has its bank account, and it FAILED")
}

/** Records that name another customer's account, or one of another currency. */
export const plantForeignAccount = (ground: Ground): void => {
  const { realm } = ground
  const own = chooseCustomer(ground, foreign, "fiat")
  const other = candidates(ground, "fiat").find((customer) => customer !== own)
  const currency = other?.active.find((one) => one.kind === "fiat" && own?.active.includes(one))
  if (own !== null && other !== undefined && currency !== undefined) {
    const draft = { fields: { bankAccountId: bankAccountId(realm, other, currency.code) } }
    const plot: Plot = {
      key: `${foreign}/owner`,
      stream: "fiat_withdrawals",
      customer: own,
      currency: currency.code,
      draft,
    }
    report(ground, foreign, plant(ground, plot), "its bank account is another customer's")
    failing(ground, foreign, { ...plot, key: `${foreign}/failed` }, "its bank account is another's, and it FAILED")
  }
  const holder = chooseCustomer(ground, `${foreign}/currency`, "crypto")
  const [one, two] = holder?.active.filter(({ kind }) => kind === "crypto") ?? []
  if (holder === null || one === undefined || two === undefined) return
  const fields = { walletId: walletId(realm, holder, two.code, two.networks[0] ?? "") }
  const plot: Plot = {
    key: `${foreign}/currency`,
    stream: "crypto_deposits",
    customer: holder,
    currency: one.code,
    draft: { fields },
  }
  report(ground, foreign, plant(ground, plot), "its wallet is for another currency")
}

/** Around every night a bank account that it sees closed for the first time, and withdrawals to it before and after. */
export const plantClosedAccount = (ground: Ground): void => {
  ground.nights.forEach((night, nth) => {
    const key = `${closed}/${nth}`
    const customer = chooseCustomer(ground, key, "fiat")
    const currency = customer?.active.find(({ kind }) => kind === "fiat")
    if (customer === null || currency === undefined) return
    const closedAt = night - 3 * hour
    const account = enterBankAccount(ground.realm, key, customer, currency, night - 8 * hour, [
      { at: closedAt, set: { status: "CLOSED" } },
    ])
    const draw = (name: string, createdAt: Instant) =>
      plant(ground, {
        key: `${key}/${name}`,
        stream: "fiat_withdrawals",
        customer,
        currency: currency.code,
        createdAt,
        draft: { fields: { bankAccountId: account.id, reference: `${name} the closing` } },
      })
    const after = draw("after", night + 2 * hour)
    if (after !== null) {
      settle(ground, after)
      ground.faults.push({
        code: closed,
        recordId: after.record.story.id,
        severity: "high",
        why: "its bank account was CLOSED the night before",
        from: night + 2 * hour,
        when: ({ earlier }) =>
          earlier.some((before) => hasCome(account, closedAt, before) && before < night + 2 * hour),
      })
    }
    const before = draw("before", night - 5 * hour)
    if (before === null) return
    postFor(ground, before, completedAt(before.completedAt))
    const why = "its bank account was closed after it"
    ground.nearMisses.push({ code: closed, recordId: before.record.story.id, why, from: closedAt })
  })
}
