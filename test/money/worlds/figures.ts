import { accept, clean, finds, first, found, next, partial, refused, world } from "../expected.ts"
import { back, feeOf, from, loose, opening, settled, to, tx } from "../postings.ts"
import { ALPHA, BETA, balanceOf, conversion, cryptoIn, fiatIn, fiatOut, GAMMA, merge } from "../rows.ts"
import type { ExpectedException, Night, World } from "../world.ts"

type Reports = NonNullable<Night["expect"]["reports"]>

/** What a night finds, and rows that its reports must hold. */
const tells = (reports: Reports, ...exceptions: ReadonlyArray<ExpectedException>) => ({
  ...finds(...exceptions),
  reports,
})

const failed = fiatOut(ALPHA, "wd-1", "20 EUR", { status: "FAILED" })
const stands = (atStake: string) => found("LED_STATUS_MISMATCH", "wd-1", atStake)
const unexplained = found("LED_ADJUSTMENT", "t-adj", "2")
const noted = ["exceptions", "note", "--note", "seen", "--by", "auditor", { codes: ["LED_STATUS_MISMATCH"] }] as const

const apart = fiatOut(ALPHA, "wd-1", "200 EUR", { fee: "1" })
const inPounds = conversion(BETA, "conv-1", "1000 EUR", "1087.30 USD", "1.0873", { fee: "3", feeCurrency: "GBP" })
const beforeRate = conversion(BETA, "conv-3", "100 EUR", "107.64 USD", "1.0873", { fee: "1" })
const renamed = cryptoIn(ALPHA, "dep-1", "0.5 BTC BITCOIN")

const dropped = found("COV_CUSTOMER_DROPPED", BETA.customerId, undefined, "high")

/** What stands in the cells of reports, where a sum or a verdict would not show that it is wrong. */
export const figures: ReadonlyArray<World> = [
  world(
    "figures: what a person accepted stays what it was when the amount moves on",
    "ALPHA's withdrawal of 20 failed and stands. A person accepts it and another notes it; then 5 come back, and the 15 that are left are accepted anew.",
    [
      first(
        merge(
          opening(ALPHA, "100 EUR"),
          failed,
          tx(failed),
          opening(BETA, "9 EUR"),
          loose(BETA, "adj", "ADJUSTMENT", "2 EUR"),
          fiatIn(BETA, "dep-1", "3 EUR", { status: "PENDING", at: "-80h" }),
        ),
        tells(
          {
            exceptions: [
              { detail: "ADJUSTMENT of -2.00 EUR posted at 2026-11-22T19:30:00Z, and no record explains it" },
              { detail: "PENDING since 2026-11-20T17:30:00Z, and the limit is 48 hours" },
            ],
            unmatched: [{ record_id: "wd-1", side: "movement", expected: "0", actual: "20" }],
          },
          stands("20"),
          unexplained,
          found("AGE_STUCK", "dep-1", "3"),
        ),
      ),
      next(
        back(failed, { amount: "5", at: "-3h" }),
        tells(
          {
            acceptances: [{ who: "controller", at_stake: "20", stands: "no longer: reopened" }],
            exceptions_changes: [
              { change: "accepted", amount_at_stake: "20" },
              {
                change: "reopened",
                amount_at_stake: "15",
                note: `written off at 20 EUR (EUR; 20; ${ALPHA.customerId} EUR -20: t-wd-1), and found with 15 EUR (EUR; 15; ${ALPHA.customerId} EUR -15: t-wd-1, t-wd-1-back)`,
              },
            ],
            summary: [
              { section: "since the last night", item: "accepted", value: "1", amount: "20" },
              { section: "since the last night", item: "reopened", value: "1", amount: "15" },
            ],
          },
          stands("15"),
          unexplained,
          found("AGE_STUCK", "dep-1", "3"),
        ),
        { acts: [accept("LED_STATUS_MISMATCH"), noted] },
      ),
      next(
        {},
        tells(
          {
            acceptances: [
              { at_stake: "20", stands: "no longer: accepted anew" },
              { at_stake: "15", stands: "yes" },
            ],
          },
          unexplained,
          found("AGE_STUCK", "dep-1", "3"),
        ),
        { acts: [accept("LED_STATUS_MISMATCH")] },
      ),
    ],
  ),
  world(
    "figures: fees that were taken of no amount, a conversion that did nothing, and a balance that cannot be read",
    "ALPHA's withdrawal has its fee posted apart, and a fee of 4 stands alone. BETA's conversion of euros into dollars costs pounds, and another failed. GAMMA's balance is no number.",
    [
      first(
        merge(
          opening(ALPHA, "900 EUR"),
          apart,
          tx(apart, { fee: "0" }),
          feeOf(apart, "1 EUR"),
          feeOf(apart, "1 EUR", { id: "again" }),
          feeOf(apart, "1 EUR", { id: "given-back", direction: "CREDIT" }),
          loose(ALPHA, "fee-1", "FEE", "4 EUR"),
          opening(BETA, "5000 EUR"),
          opening(BETA, "10 GBP"),
          settled(inPounds),
          from(inPounds, { id: "fee", type: "FEE", money: "3 GBP" }),
          conversion(BETA, "conv-2", "70 EUR", "76.11 USD", "1.0873", { status: "FAILED" }),
          opening(GAMMA, "300 EUR"),
          { balances: { tie: "-0s", but: { "GAMMA/EUR": { total: "3OO" } } } },
        ),
        {
          ...tells(
            {
              fees: [
                { transaction_id: "t-wd-1-fee", gross: "200", basis_points: "50", difference: "0" },
                { transaction_id: "t-conv-1-from-fee", gross: "", fee: "3", basis_points: "", difference: "0" },
              ],
              fees_summary: [
                { cause: "posted by itself", currency: "EUR", fees: "3", gross: "200", fee: "1", basis_points: "50" },
                { cause: "posted by itself", currency: "EUR", fees: "1", gross: "", fee: "4", basis_points: "" },
                { cause: "posted by itself", currency: "GBP", fees: "1", gross: "", fee: "3", basis_points: "" },
              ],
              conversions: [
                { conversion_id: "conv-1", effective_rate: "1.0873", difference: "0" },
                { conversion_id: "conv-2", effective_rate: "", difference: "", difference_bp: "" },
              ],
              rollforward: [
                { partner_customer_ref: "GAMMA", computed_closing: "300", reported_closing: "", difference: "" },
              ],
            },
            refused,
          ),
          unproven: [balanceOf(GAMMA, "EUR")],
        },
      ),
    ],
  ),
  world(
    "figures: fees that are charged apart, and a fee that is taken before the rate, by the configuration",
    "ALPHA's withdrawal charged its fee of 1, and another 4 apart. BETA gave 100 euros, of which 1 is the fee, and got what the quoted rate makes of 99, without the part of a cent.",
    [
      first(
        merge(
          opening(ALPHA, "900 EUR"),
          apart,
          tx(apart),
          feeOf(apart, "4 EUR"),
          opening(BETA, "500 EUR"),
          beforeRate,
          from(beforeRate, { amount: "99" }),
          to(beforeRate),
        ),
        {
          ...clean,
          reports: {
            fees: [
              { transaction_id: "t-wd-1", charged_in_all: "1", difference: "0" },
              { transaction_id: "t-wd-1-fee", record_id: "wd-1", gross: "200", charged_in_all: "", difference: "" },
            ],
            conversions: [
              {
                conversion_id: "conv-3",
                effective_rate: "1.087272727273",
                difference: "-0.0027",
                difference_bp: "-0.25",
              },
            ],
          },
        },
      ),
    ],
    { fees: { fiat_withdrawals: "separate" }, conversionFee: "beforeRate" },
  ),
  world(
    "figures: a fee that is given back goes off what was charged, on the page as in the report",
    "ALPHA was charged 4 and 1, and 6 came back.",
    [
      first(
        merge(
          opening(ALPHA, "900 EUR"),
          loose(ALPHA, "fee-1", "FEE", "4 EUR"),
          loose(ALPHA, "fee-2", "FEE", "1 EUR", { at: "-50h" }),
          loose(ALPHA, "fee-3", "FEE", "6 EUR", { direction: "CREDIT" }),
        ),
        {
          ...clean,
          reports: {
            fees_summary: [{ category: "fees", currency: "EUR", fees: "3", fee: "-1" }],
            "Fees in the last 30 days": [{ Currency: "EUR", Type: "FEE", "With fee": "3", Fees: "-1" }],
          },
        },
      ),
    ],
  ),
  world(
    "figures: who has left the roster is in no control total, and what is found again is not new",
    "BETA, with 70 of the 160 euros, is on the roster, off it, on it and off it again.",
    [
      first(merge(opening(ALPHA, "90 EUR"), opening(BETA, "70 EUR")), {
        ...clean,
        reports: {
          control_totals: [{ currency: "EUR", movements_sum: "160", transactions_sum: "160", reported_closing: "160" }],
        },
      }),
      next(
        {},
        tells(
          {
            control_totals: [{ currency: "EUR", movements_sum: "90", transactions_sum: "90", reported_closing: "90" }],
            conservation: [
              { side: "transaction", category: "not read", amount: "70" },
              { side: "transaction", category: "total", amount: "160" },
            ],
            "The last 90 nights": [{ Night: "2026-11-25", New: "1", Reopened: "0", Resolved: "0" }],
          },
          dropped,
        ),
        { dropped: ["BETA"] },
      ),
      next({}, clean),
      next(
        {},
        tells(
          {
            summary: [
              { section: "since the last night", item: "new", value: "0" },
              { section: "since the last night", item: "reopened", value: "1" },
            ],
            "The last 90 nights": [
              { Night: "2026-11-27", New: "0", Reopened: "1", Resolved: "0" },
              { Night: "2026-11-26", New: "0", Reopened: "0", Resolved: "1" },
            ],
          },
          dropped,
        ),
        { dropped: ["BETA"] },
      ),
    ],
  ),
  world(
    "figures: what a person accepted is not called gone where nobody could look",
    "ALPHA's withdrawal of 20 failed and stands, and a person accepts it. That night ALPHA's transactions cannot be read.",
    [
      first(merge(opening(ALPHA, "100 EUR"), failed, tx(failed)), finds(stands("20"))),
      next(
        {},
        {
          ...partial(),
          reports: { acceptances: [{ record_id: "wd-1", stands: "last found 2026-11-24, not proven gone" }] },
        },
        { acts: [accept("LED_STATUS_MISMATCH")], unavailable: ["ALPHA/transactions"] },
      ),
    ],
  ),
  world(
    "figures: the page does not say that the money ties where what a proven opening rested on is gone",
    "ALPHA's deposit of 20 was in a balance that was proven. The next night its transaction is no longer listed, and the balance stays.",
    [
      first(merge(opening(ALPHA, "100 EUR"), settled(fiatIn(ALPHA, "dep-1", "20 EUR"))), clean),
      next(
        { balances: { tie: "-0s", but: { "ALPHA/EUR": { total: "120", available: "120" } } } },
        tells(
          {
            rollforward: [{ opening: "120", computed_closing: "120", difference: "0", status: "agrees" }],
            "Does the money tie?": [
              { Currency: "EUR", "Lines that do not tie": "1", "Difference where it does not tie": "20" },
            ],
          },
          found("COV_VANISHED", "t-dep-1"),
          found("LED_MISSING_TRANSACTION", "dep-1", "20"),
          found("BAL_INCEPTION", balanceOf(ALPHA, "EUR"), "20"),
        ),
        { gone: ["t-dep-1"] },
      ),
      next(
        { balances: { tie: "-0s", but: { "ALPHA/EUR": { total: "120", available: "120" } } } },
        {
          ...clean,
          verdict: "ACCEPTED",
          reports: { "Does the money tie?": [{ Currency: "EUR", "Lines that do not tie": "0" }] },
        },
        { acts: [accept()] },
      ),
    ],
  ),
  world(
    "figures: what goes by two names is one in every report, the transactions' too",
    "ALPHA's deposit of 0.5 BTC was posted as XBT on the network BTC.",
    [
      first(merge(renamed, tx(renamed, { currency: "XBT", network: "BTC" })), {
        ...clean,
        reports: {
          transactions: [{ transaction_id: "t-dep-1", currency: "BTC", network: "BITCOIN", net_amount: "0.5" }],
          rollforward: [{ currency: "BTC", deposits: "0.5" }],
        },
      }),
    ],
    { currencyAliases: { XBT: "BTC" }, networkAliases: { BTC: "BITCOIN" } },
  ),
]
