import type { Json, JsonObject } from '../../model/json.ts';

/** What a field holds, as far as its name and the blocks around it tell. */
export type Kind =
  | 'first_name'
  | 'last_name'
  | 'full_name'
  | 'person'
  | 'email'
  | 'phone'
  | 'street'
  | 'town'
  | 'coordinate'
  | 'birth'
  | 'id'
  | 'handle'
  | 'note'
  | 'answer';

/** Where a value stands. */
export interface Place {
  readonly kind: Kind | undefined;
  /** The kind of the block around it: HubSpot keeps the history of `email` inside of it. */
  readonly around: Kind | undefined;
  /** The block is a person, so that a bare `name` in it is hers. */
  readonly isOfPerson: boolean;
  /** The block holds what somebody entered into a form. */
  readonly isOfForm: boolean;
  /** The block is a thing, which has a name of its own. */
  readonly isOfThing: boolean;
}

export const top: Place = {
  kind: undefined,
  around: undefined,
  isOfPerson: false,
  isOfForm: false,
  isOfThing: false,
};

const people =
  'customer|caller|contact|person|individual|lead|client|visitor|user|recipient|sender|cardholder|holder|agent|owner|patient|guest|' +
  'member|student|pupil|attendee|participant|invitee|organi[sz]er|author|applicant|employee|subscriber|manager|representative|' +
  'buyer|seller|donor|payer|payee|beneficiary|signer|signatory|assignee|requester|reporter|tenant|spouse';
const qualities =
  'your|my|full|display|formatted|preferred|legal|billing|shipping|delivery|invoice|mailing|postal|primary|secondary|main|other|' +
  'emergency|sales|account|assigned|home|hometown|work|office|private|personal|current|permanent|residential|birth|ip|hs|address';
const whose = `(?:${people}|${qualities})*?`;

/** By the name in lower case without separators; the first that fits counts. */
const kinds: readonly (readonly [RegExp, Kind])[] = [
  [/(first|given|fore|middle|nick)names?$|^(middle|name)?initials?$/, 'first_name'],
  [/(last|family|sur|maiden|birth)names?$/, 'last_name'],
  [/^(username|login|screenname|userprincipalname)$/, 'handle'],
  [
    new RegExp(
      `^${whose}(?:${people}|your|my|full|display|preferred|legal|billing|shipping)(full)?names?(oremail|orphonenumber)?$`,
    ),
    'full_name',
  ],
  [/e?mail(address)?(es|s)?$/, 'email'],
  [/phones?$|phonenumbers?$|mobile$|fax$|^cell$|^tel$|telephone$|whatsapp$|msisdn$/, 'phone'],
  [/(caller|tracking|source|destination|customer|from|to|called|calling)(num|number)$/, 'phone'],
  [/birth(day|date)s?$|dateofbirth$|^dob$|^bday$/, 'birth'],
  [/street|(?<!^[a-z]*?(?:client|remote|source|user|hs|^)(?:ip|mac|web))address(line|addr)?\d?$|^line\d$/, 'street'],
  [/^(ip)?postal(code)?$|zip(code)?$|postcode$/, 'street'],
  [
    new RegExp(
      `^${whose}(?:city|town|village|suburb|district|neighbou?rhood|location|cityname|placeofbirth|birthplace)$`,
    ),
    'town',
  ],
  [
    new RegExp(
      `^${whose}(?:location)?(?:lat|lng|lon|long|latitude|longitude|lat(lon|lng|long)|coordinates?|coords?|geo(location|point)?)$`,
    ),
    'coordinate',
  ],
  [
    /(anonymous|visitor|client|customer|contact|user|person|lead|subscriber|member|session|device|distinct|profile)(resource)?(ids?|uuid|uid|vid|key|token)$/,
    'id',
  ],
  [/^(vid|canonicalvid|mergedvids|uuid|uid|objectid|hsobjectid|clientreferenceid)$/, 'id'],
  [
    /^(ga|fbp|fbc|gclid|fbclid|msclkid|ttclid|twclid|gbraid|wbraid|dclid|lifatid|hubspotutk)$|^eventnid|^utm[abcvz]$/,
    'id',
  ],
  [
    /accesskey$|accesstoken$|apikey$|password$|secret$|^token$|passport|iban$|cardnumber$|accountnumber$|^last4$|fingerprint$/,
    'id',
  ],
  [
    /(^|eu|your|customer)vat$|ssn$|(vat|tax|taxpayer|social|socialsecurity|insurance|national|identity|fiscal|policy|health|medicare|licen[cs]e|registration)(ids?|identification|no|num|numbers?)+$/,
    'id',
  ],
  [
    /(linkedin|twitter|facebook|instagram|tiktok|snapchat|skype|telegram|github|xing|wechat|discord|mastodon|bluesky)(public|member|user|vanity|profile)*(handle|url|uri|link|name|username|profile|page|id|photo|account)*$/,
    'handle',
  ],
  [
    /avatar(url)?$|gravatar|profile(photo|picture|pic|image|url|link)(url)?$|(^|personal)(photo|homepage)(url)?$/,
    'handle',
  ],
  [
    /^(call|customer|your|internal|agent)?(notes?|comments?|message|feedback|remarks?|memo|bio|inquiry|enquiry|questions?)$|bio(graphy)?$/,
    'note',
  ],
  [/transcript(ion)?$|^keypadentries$|^content$|^textmessage$/, 'note'],
  [new RegExp(`^(?!useragent)${whose}(?:${people})s?$`), 'person'],
];

export const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Fields whose neighbours make a bare `name` a person's. */
const personal = /email|phone|mobile|address|firstname|lastname|birth/;
const personBlock = new RegExp(
  `^(?!useragent)${whose}(?:${people}|billing|shipping|from|to|cc|bcc|replyto|createdby|updatedby)s?(details?|info|data|profile|record|object)?$`,
);
/** Blocks that stand between a person and her fields. */
const wrapper = /^(properties|attributes|data|object|details?|fields|traits|profile)$/;
const formBlock =
  /^(form|custom|survey|additional|extra)(data|fields?|values|answers?|questions|responses?)$|^(answers?|responses?)$/;

const thingBlock =
  /^(price|plan|product|variant|sku|coupon|repository|repo|project|workspace|channel|stage|pipeline)s?$/;

/** Fields that say what a bare `value` is, as in `{ propertyName: "email", propertyValue: … }`. */
export const labels = ['propertyName', 'name', 'key', 'label', 'field', 'title', 'question'];
/** What stands beside a label and is no answer. */
const aboutField =
  /^(propertyname|name|key|label|field|title|question|type|id|fieldid|ref|required|position|options?|choices)$/;
const valueOfField = /^(propertyvalue|values?|answers?|response)$/;

/** The parts of what is a block of its own: Stripe's `dob: { day, month, year }`. */
const parts: Readonly<Partial<Record<Kind, readonly (readonly [RegExp, Kind])[]>>> = {
  birth: [[/^(day|month|year|date)$/, 'birth']],
  full_name: [
    [/^(first|given|middle)$/, 'first_name'],
    [/^(last|family)$/, 'last_name'],
    [/^(full|formatted|display)$/, 'full_name'],
  ],
  coordinate: [[/^[xy]$/, 'coordinate']],
};

/** The place of the member `key` of a block that stands at `place` itself. */
export function memberOf(block: JsonObject, key: string, place: Place): Place {
  const around = place.kind ?? place.around;
  const name = plain(key.slice(0, nameLengthMax + 1));
  const isField = labels.some((label) => typeof block[label] === 'string');
  return {
    kind: kindOfMember(name, block, {
      ...place,
      around,
      isOfForm: place.isOfForm && !(isField && aboutField.test(name)),
    }),
    around,
    isOfPerson: personBlock.test(name) || (place.isOfPerson && wrapper.test(name)),
    isOfForm: formBlock.test(name) || (place.isOfForm && !aboutField.test(name)),
    isOfThing: thingBlock.test(name),
  };
}

function kindOfMember(name: string, siblings: JsonObject, { around, isOfPerson, isOfForm }: Place): Kind | undefined {
  const answer = isOfForm ? 'answer' : undefined;
  if (valueOfField.test(name))
    return labels.map((label) => labelled(siblings[label])).find((kind) => kind !== undefined) ?? around ?? answer;
  const part = around && parts[around]?.find(([pattern]) => pattern.test(name))?.[1];
  if (part !== undefined) return part;
  if (name === 'name') return isOfPerson || hasPersonalNeighbour(siblings) ? 'full_name' : answer;
  return named(name) ?? answer;
}

export const hasPersonalNeighbour = (siblings: JsonObject): boolean =>
  Object.keys(siblings).some((other) => personal.test(plain(other)));

/** Whether it is a word for people, as `Lead` is one, and no name. */
export const isWordForPeople = (name: string): boolean => named(name) === 'person';

const labelled = (label: Json | undefined): Kind | undefined =>
  typeof label !== 'string' || label.length > nameLengthMax
    ? undefined
    : plain(label) === 'name'
      ? 'full_name'
      : named(plain(label));

/** Nobody names a field longer than that; for the patterns below it would be a lot of work. */
const nameLengthMax = 100;

const named = (name: string): Kind | undefined =>
  name.length > nameLengthMax ? undefined : kinds.find(([pattern]) => pattern.test(name))?.[1];
