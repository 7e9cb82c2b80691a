import { FileSystem } from "@effect/platform"
import { SystemError } from "@effect/platform/Error"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { readRoster } from "../../../src/pipelines/configuration/roster.ts"

/** Reads a roster whose file holds this text. */
const read = (text: string, encoding: BufferEncoding = "utf8") =>
  readRoster("customers").pipe(
    Effect.provide(FileSystem.layerNoop({ readFile: () => Effect.succeed(Buffer.from(text, encoding)) })),
  )

const refusal = (text: string) => Effect.map(Effect.flip(read(text)), (error) => error.message)

const ada = { customerId: "c-1", partnerCustomerRef: "ada", products: null }
const grace = { customerId: "c-2", partnerCustomerRef: "grace", products: ["core", "fiat"] }

describe("a roster", () => {
  it.effect.each([
    ["CSV", "customerId,partnerCustomerRef,products\nc-1,ada,\nc-2,grace,core fiat\n"],
    [
      "CSV with CRLF, blanks and empty lines",
      "customerId, partnerCustomerRef ,products\r\n c-1 ,ada,\r\n\r\nc-2,grace,core;fiat\r\n",
    ],
    [
      "CSV with its columns in another order and one more",
      "note,products,partnerCustomerRef,customerId\nx,,ada,c-1\ny,core|fiat,grace,c-2",
    ],
    [
      "CSV with commas in quotes",
      'customerId,partnerCustomerRef,products\n"c-1","ada",""\n"c-2","grace","core, fiat"\n',
    ],
    ["CSV with a byte order mark", "\uFEFFcustomerId,partnerCustomerRef,products\nc-1,ada,\nc-2,grace,core fiat\n"],
    ["JSON", JSON.stringify([ada, grace])],
    [
      "JSON with products as text, after blanks",
      `\n  ${JSON.stringify([
        { ...ada, products: "" },
        { ...grace, products: "core,fiat" },
      ])}`,
    ],
    ["JSON with a byte order mark", `\uFEFF${JSON.stringify([ada, grace])}`],
  ] as const)("is read from %s", ([_form, text]) =>
    Effect.gen(function* () {
      expect(yield* read(text)).toEqual([ada, grace])
    }),
  )

  it.effect("need not name products", () =>
    Effect.gen(function* () {
      expect(yield* read("customerId,partnerCustomerRef\nc-1,ada\n")).toEqual([ada])
      expect(yield* read('[{"customerId":"c-1","partnerCustomerRef":"ada","products":[]}]')).toEqual([ada])
    }),
  )

  it.effect("holds no control character in an id", () =>
    Effect.gen(function* () {
      expect(yield* refusal("customerId,partnerCustomerRef\nc\0-1,ada\n")).toContain(
        'customer 1: customerId "c\\u0000-1" holds a control character',
      )
    }),
  )

  it.effect("may hold commas, quotes and line breaks in a reference", () =>
    Effect.gen(function* () {
      const [entry] = yield* read('customerId,partnerCustomerRef\nc-1,"Lovelace, ""Ada""\nLondon"\n')
      expect(entry?.partnerCustomerRef).toBe('Lovelace, "Ada"\nLondon')
    }),
  )

  it.effect("keeps the order of its rows", () =>
    Effect.gen(function* () {
      const entries = yield* read("customerId,partnerCustomerRef\nc-9,i\nc-1,a\nc-5,e\n")
      expect(entries.map(({ customerId }) => customerId)).toEqual(["c-9", "c-1", "c-5"])
    }),
  )
})

describe("a roster that cannot be used names the file and the row", () => {
  it.effect.each([
    ["is empty", "", "customers: names no customer"],
    ["has a header alone", "customerId,partnerCustomerRef\n", "customers: names no customer"],
    ["is an empty list", "[]", "customers: names no customer"],
    [
      "has a column twice",
      "customerId,partnerCustomerRef,customerId\nc-1,ada,c-2\n",
      "customers: has the column customerId twice",
    ],
    [
      "misspells its products in CSV",
      "customerId,partnerCustomerRef,Products\nc-1,ada,core\n",
      'customers: customer 1: "Products" must be written products',
    ],
    [
      "misspells its products in JSON",
      '[{"customerId":"c-1","partnerCustomerRef":"ada","product":"core"}]',
      'customers: customer 1: "product" must be written products',
    ],
    ["lacks a column", "customerId\nc-1\n", "customers: no column partnerCustomerRef; the header must name"],
    [
      "lacks both columns",
      "a,b\n1,2\n",
      "customers: no column customerId and no column partnerCustomerRef; the header must name",
    ],
    [
      "has an empty id",
      "customerId,partnerCustomerRef\nc-1,a\n,b\n",
      "customers: customer 2: customerId is empty or not text",
    ],
    [
      "has an id that is a number",
      '[{"customerId":7,"partnerCustomerRef":"a"}]',
      "customers: customer 1: customerId is empty or not text",
    ],
    [
      "names a customer twice",
      "customerId,partnerCustomerRef\nc-1,a\nc-2,b\nc-1,c\n",
      "customers: customer c-1 is there twice",
    ],
    [
      "names an unknown product",
      "customerId,partnerCustomerRef,products\nc-1,a,core\nc-2,b,fiat gold\n",
      'customers: customer 2: "gold" is not a product; the products are core, fiat, crypto, conversion, collection',
    ],
    ["is an object", '{"customers":[]}', "customers: is JSON, but not a list of customers"],
    ["has a row that is no object", '["c-1"]', "customers: customer 1:"],
  ] as const)("that %s", ([_what, text, sentence]) =>
    Effect.gen(function* () {
      expect(yield* refusal(text)).toContain(sentence)
    }),
  )

  it.effect.each([
    ["a row with too few fields", "customerId,partnerCustomerRef\nc-1\n"],
    ["a quote that is never closed", 'customerId,partnerCustomerRef\n"c-1,ada\n'],
    ["a list cut short", '[{"customerId":"c-1"'],
  ] as const)("because of %s", ([_what, text]) =>
    Effect.gen(function* () {
      expect(yield* refusal(text)).toMatch(/^customers: \S/)
    }),
  )

  it.effect.each(["latin1", "utf16le"] as const)("because it is not UTF-8 but %s", (encoding) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read("\uFEFFcustomerId,partnerCustomerRef\nc-1,José Ibáñez\n", encoding))
      expect(error.message).toBe("customers: is not UTF-8; save it as UTF-8")
    }),
  )

  it.effect("or that is not there", () =>
    Effect.gen(function* () {
      const gone = new SystemError({ reason: "NotFound", module: "FileSystem", method: "readFile" })
      const error = yield* readRoster("customers.csv").pipe(
        Effect.provide(FileSystem.layerNoop({ readFile: () => Effect.fail(gone) })),
        Effect.flip,
      )
      expect(error.message).toBe("customers.csv: cannot be read; check the path given to --customers")
    }),
  )
})

it.effect("a roster that is nested as nobody nests one is refused in a sentence", () =>
  Effect.gen(function* () {
    const text = `[{"customerId":${"[".repeat(100_000)}${"]".repeat(100_000)}}]`
    expect(yield* refusal(text)).toMatch(/^customers: is nested more than \d+ deep/)
  }),
)
