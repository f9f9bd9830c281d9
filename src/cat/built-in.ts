/** What every model may use without saying so. */
export const PRELUDE = `
let emptyset = domain 0
let po-loc = po & loc
let sm = [M]
let si = [M]
let rfe = rf & ext
let rfi = rf & int
let co0 = loc & ((IW * (W \\ IW)) | ((W \\ FW) * FW))
let toid s = [s]
let fencerel b = (po & (_ * b)) ; po
let ctrlcfence (c, b) = (c & (_ * b)) ; po
let imply (a, b) = ~a | b
let nodetour (a, b, c) = a \\ (b ; c)
let singlestep r = nodetour (r, r, r)
let udr r = (domain r) | (range r)
`;

const COHERENCE = `
let invrf = rf^-1
let cobase = co0
with co from generate_cos(cobase)
let coi = co & int
let coe = co & ext
let fr = (invrf ; co) \\ id
let fri = fr & int
let fre = fr & ext
`;

const FILTERS = ['W', 'R', 'M']
  .flatMap((a) => ['W', 'R', 'M'].map((b) => `let ${a}${b} r = r & (${a} * ${b})`))
  .join('\n');

/** The files that are there without being found: `include` takes these first. */
export const BUILT_IN_FILES: ReadonlyMap<string, string> = new Map([
  ['stdlib.cat', ''],
  ['cross.cat', ''],
  ['cos.cat', COHERENCE],
  ['cos-opt.cat', COHERENCE],
  ['cos-no-opt.cat', COHERENCE],
  ['filters.cat', FILTERS],
]);
