import { FastCheck as fc, Redacted } from "effect"
import { describe, expect, it } from "vitest"
import { hashFields, hashPersonal, isHidden } from "../../src/api/personal-data.ts"

const salt = Redacted.make("the salt of this test")
const other = Redacted.make("another salt")
const fields = ["accountHolderName", "email"]

describe("the hash of a person's data", () => {
  it("is equal for equal inputs, and says nothing across salts", () => {
    expect(hashPersonal(salt, "Ada Lovelace")).toBe(hashPersonal(salt, "Ada Lovelace"))
    expect(hashPersonal(salt, "Ada Lovelace")).not.toBe(hashPersonal(salt, "Ada Lovelace "))
    expect(hashPersonal(salt, "Ada Lovelace")).not.toBe(hashPersonal(other, "Ada Lovelace"))
    expect(hashPersonal(salt, "Ada Lovelace")).toMatch(/^hash:[0-9a-f]{32}$/)
  })

  it("is the only thing that counts as hidden, besides nothing at all", () => {
    expect([null, undefined, hashPersonal(salt, "x")].map(isHidden)).toEqual([true, true, true])
    expect(["Ada", "hash:Ada", "hash:", {}, [], 7, true].map(isHidden)).toEqual(Array.from({ length: 7 }, () => false))
  })
})

describe("the text of a page with names", () => {
  it("holds hashes in their place and is otherwise the same, byte for byte", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1 })
    const note = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom('"email":"x"', "accountHolderName", "\\"))
    fc.assert(
      fc.property(fc.array(fc.tuple(name, name, note), { maxLength: 5 }), fc.constantFrom(0, 2), (people, indent) => {
        const page = (hide: (value: string) => string) =>
          JSON.stringify(
            {
              data: people.map(([who, email, text], n) => ({
                n,
                accountHolderName: hide(who),
                text,
                email: hide(email),
              })),
            },
            null,
            indent,
          )
        expect(
          hashFields(
            page((value) => value),
            fields,
            salt,
          ),
        ).toBe(page((value) => hashPersonal(salt, value)))
      }),
      { numRuns: 300 },
    )
  })

  it("hides names with escaped quotes, backslashes and escapes, by their meaning", () => {
    const page = String.raw`{"accountHolderName":"Grace \"Amazing\" Hopper \\","email" : "\u0061@example.test","x":"\"email\":\"kept\""}`
    expect(hashFields(page, fields, salt)).toBe(
      `{"accountHolderName":"${hashPersonal(salt, 'Grace "Amazing" Hopper \\')}",` +
        `"email" : "${hashPersonal(salt, "a@example.test")}",` +
        String.raw`"x":"\"email\":\"kept\""}`,
    )
  })

  it("hides numbers and truth values too, and leaves null as it is", () => {
    expect(hashFields('{"email":1815,"accountHolderName":true}', fields, salt)).toBe(
      `{"email":"${hashPersonal(salt, "1815")}","accountHolderName":"${hashPersonal(salt, "true")}"}`,
    )
    expect(hashFields('{"email":null}', fields, salt)).toBe('{"email":null}')
  })

  it("stays as it is where no field is named", () => {
    expect(hashFields('{"email":"a@example.test"}', [], salt)).toBe('{"email":"a@example.test"}')
  })

  it.each([["holder(name"], ["holder.name"], ["holder|name"], ["holder[name]"], ["$holder"]])(
    "takes a field's name by its letters, %s",
    (field) => {
      const page = JSON.stringify({ [field]: "Ada", holderXname: "a ship", name: "a port" })
      expect(JSON.parse(hashFields(page, [field], salt))).toEqual({
        [field]: hashPersonal(salt, "Ada"),
        holderXname: "a ship",
        name: "a port",
      })
    },
  )
})

describe("text that is not JSON and is kept as evidence all the same", () => {
  it("hides a name that the end of the bytes cut in two", () => {
    expect(hashFields('{"data":[{"id":"b-1","accountHolderName":"Ada Lovel', fields, salt)).not.toContain("Ada")
  })

  it("hides a name whose escape no reader of JSON accepts", () => {
    expect(hashFields(String.raw`{"accountHolderName":"Ada \x Lovelace","id":"b-1"}`, fields, salt)).not.toContain(
      "Ada",
    )
  })

  it("hides a name with a bare line break in it", () => {
    expect(hashFields('{"accountHolderName":"Ada\nLovelace","id":"b-1"}', fields, salt)).not.toContain("Ada")
  })
})
