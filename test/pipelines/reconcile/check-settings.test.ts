import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../../src/store/database.ts"
import {
  balance,
  deposit,
  hoursBefore,
  judge,
  ledgerStore,
  postingOf,
  product,
  transaction,
} from "../../support/ledger-case.ts"

const codesOf = (verdict: Effect.Effect.Success<ReturnType<typeof judge>>) =>
  verdict.found.map(({ code, record }) => `${code} ${record}`)

layer(ledgerStore)("a check's own settings", (it) => {
  it.effect("give it a grace of its own, and leave that of the others", () =>
    Effect.gen(function* () {
      const at = hoursBefore(2)
      const settled = deposit("d-1", { completed_at: at })
      const orphan = transaction("t-1", { resource_type: "fiat_deposit", resource_id: "d-9", posted_at: at })
      const ledger = { rows: [settled, orphan] }
      const both = ["LED_MISSING_PRODUCT t-1", "LED_MISSING_TRANSACTION d-1"]
      expect(codesOf(yield* judge(ledger))).toEqual(both)
      const patient = { checks: { LED_MISSING_TRANSACTION: { graceMinutes: 180 } } }
      expect(codesOf(yield* judge(ledger, patient))).toEqual(["LED_MISSING_PRODUCT t-1"])
      const hasty = { graceMinutes: 180, checks: { LED_MISSING_PRODUCT: { graceMinutes: 0 } } }
      expect(codesOf(yield* judge(ledger, hasty))).toEqual(["LED_MISSING_PRODUCT t-1"])
    }),
  )

  it.effect("give it a tolerance of its own, for one currency or for all that are not named", () =>
    Effect.gen(function* () {
      const record = deposit("d-1")
      const other = deposit("d-2", { currency: "USD" })
      const rows = [
        record,
        postingOf(record, { amount: "99.9", net_amount: "99.9" }),
        other,
        postingOf(other, { amount: "99.9", net_amount: "99.9" }),
      ]
      const ledger = { rows, balances: [balance("EUR", "100"), balance("USD", "100")] }
      const amounts = ["LED_AMOUNT_MISMATCH d-1", "LED_AMOUNT_MISMATCH d-2"]
      const balances = ["BAL_INCEPTION c-1/EUR", "BAL_INCEPTION c-1/USD"]
      expect(codesOf(yield* judge(ledger))).toEqual([...balances, ...amounts])
      const one = { checks: { LED_AMOUNT_MISMATCH: { tolerance: { EUR: { absolute: "0.1" } } } } }
      expect(codesOf(yield* judge(ledger, one))).toEqual([...balances, "LED_AMOUNT_MISMATCH d-2"])
      const all = { checks: { LED_AMOUNT_MISMATCH: { tolerance: { "*": { absolute: "0.1" } } } } }
      expect(codesOf(yield* judge(ledger, all))).toEqual(balances)
      const but = { checks: { BAL_INCEPTION: { tolerance: { "*": { basisPoints: 11 }, USD: { absolute: "0.09" } } } } }
      expect(codesOf(yield* judge(ledger, but))).toEqual(["BAL_INCEPTION c-1/USD", ...amounts])
      const general = { tolerance: { "*": { absolute: "0.1" } }, checks: { BAL_INCEPTION: { tolerance: { EUR: {} } } } }
      expect(codesOf(yield* judge(ledger, general))).toEqual(["BAL_INCEPTION c-1/EUR"])
    }),
  )

  it.effect("give a fee a tolerance apart from the amount's", () =>
    Effect.gen(function* () {
      const record = deposit("d-1", { amount: "101", fee: "1" })
      const ledger = { rows: [record, postingOf(record, { amount: "101.5", fee: "1.5" })] }
      const amount = { checks: { LED_AMOUNT_MISMATCH: { tolerance: { EUR: { absolute: "1" } } } } }
      expect(codesOf(yield* judge(ledger, amount))).toEqual(["LED_FEE_MISMATCH d-1"])
      const fee = { checks: { LED_FEE_MISMATCH: { tolerance: { EUR: { absolute: "1" } } } } }
      expect(codesOf(yield* judge(ledger, fee))).toEqual([])
    }),
  )

  it.effect("give it a limit of its own, for all its lists", () =>
    Effect.gen(function* () {
      const rows = [
        deposit("d-1", { status: "PENDING", created_at: hoursBefore(30) }),
        product("crypto_deposits", "d-2", { status: "PENDING_TRAVEL_RULE", created_at: hoursBefore(30) }),
      ]
      expect(codesOf(yield* judge({ rows }))).toEqual(["AGE_TRAVEL_RULE d-2"])
      const settings = { checks: { AGE_STUCK: { limitHours: 25 }, AGE_TRAVEL_RULE: { limitHours: 31 } } }
      expect(codesOf(yield* judge({ rows }, settings))).toEqual(["AGE_STUCK d-1"])
    }),
  )

  it.effect("are on record with every other setting in force, the defaults too", () =>
    Effect.gen(function* () {
      const database = yield* Database
      yield* judge(
        { rows: [] },
        {
          ageLimitHours: { conversions: 2 },
          currencyPlaces: { XAU: 4 },
          checks: { BAL_INCEPTION: { tolerance: { USD: { absolute: "0.01" } } }, REC_INVALID: { enabled: false } },
          retry: { transport: { tries: 2 } },
          contract: { streams: { fiat_deposits: { path: "incoming", statuses: { BOOKED: "settled" } } } },
        },
      )
      const rows = yield* database.rows<{ setting: string; value: string; is_default: boolean }>(
        "SELECT setting, value, is_default FROM recon.settings ORDER BY setting",
      )
      const settings = Object.fromEntries(rows.map(({ setting, value }) => [setting, value]))
      expect(settings).toMatchObject({
        graceMinutes: "60",
        tolerance: "none",
        "ageLimitHours.conversions": "2",
        "ageLimitHours.fiat_deposits": "48",
        "currencyPlaces.XAU": "4",
        "currencyPlaces.ETH": "18",
        "checks.REC_INVALID.enabled": "false",
        "checks.REC_INVALID.severity": "high",
        "checks.BAL_INCEPTION.tolerance.USD.absolute": "0.01",
        "checks.BAL_ROLLFORWARD.tolerance": "none",
        "checks.LED_MISSING_PRODUCT.graceMinutes": "60",
        "checks.COV_LATE_ARRIVAL.limitHours": "1",
        "checks.AGE_STUCK.limitHours.conversions": "2",
        "contract.streams.fiat_deposits.path": "incoming",
        "contract.streams.fiat_deposits.statuses.BOOKED": "settled",
      })
      expect(rows.filter((row) => !row.is_default).map((row) => row.setting)).toEqual([
        "ageLimitHours.conversions",
        "checks.AGE_STUCK.limitHours.conversions",
        "checks.BAL_INCEPTION.tolerance.USD.absolute",
        "checks.BAL_INCEPTION.tolerance.USD.basisPoints",
        "checks.REC_INVALID.enabled",
        "contract.streams.fiat_deposits.path",
        "contract.streams.fiat_deposits.statuses.BOOKED",
        "currencyPlaces.XAU",
        "retry.transport.tries",
      ])
    }),
  )
})
