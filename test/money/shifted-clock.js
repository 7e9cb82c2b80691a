// Loaded before the built program: its clock says SHIFT_MILLIS more than this machine's.
const shift = Number(process.env.SHIFT_MILLIS)
const realNow = Date.now.bind(Date)
const RealDate = Date
class ShiftedDate extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(realNow() + shift)
    else super(...given)
  }
  static now() {
    return realNow() + shift
  }
}
globalThis.Date = ShiftedDate
