import type { Json, JsonObject } from '../../model/json.ts';

/** What a field holds, as far as its name tells. */
export type Kind = 'first_name' | 'last_name' | 'full_name' | 'email' | 'phone' | 'street' | 'id' | 'note';

const person =
  'customer|caller|contact|person|lead|client|visitor|user|your|my|full|display|billing|shipping|recipient|sender|cardholder|' +
  'holder|agent|owner|patient|guest|member|student|attendee|invitee|organizer|author';

/** By the name in lower case without separators; the first that fits counts. */
const kinds: readonly (readonly [RegExp, Kind])[] = [
  [/(first|given|fore)names?$/, 'first_name'],
  [/(last|family|sur)names?$/, 'last_name'],
  [new RegExp(`^(formatted)?(${person})(full)?names?(orphonenumber)?$`), 'full_name'],
  [/e?mail(address)?(es|s)?$/, 'email'],
  [/phones?$|phonenumbers?$|mobile$|fax$|^cell$|^tel$|telephone$|whatsapp$|msisdn$/, 'phone'],
  [/(caller|tracking|source|destination|customer|from|to|called|calling)(num|number)$/, 'phone'],
  [/street|^addressline\d?$|^address\d?$|^line\d$|^(ip)?postal(code)?$|zip(code)?$|postcode$/, 'street'],
  [
    /(anonymous|visitor|client|customer|contact|user|person|lead|subscriber|member|session|device|distinct|profile)(resource)?(ids?|uuid|uid|vid|key|token)$/,
    'id',
  ],
  [/^(vid|canonicalvid|mergedvids|uuid|uid|objectid|hsobjectid|customer|clientreferenceid|username|login)$/, 'id'],
  [
    /^(ga|fbp|fbc|gclid|fbclid|msclkid|ttclid|twclid|gbraid|wbraid|dclid|lifatid|hubspotutk)$|^eventnid|^utm[abcvz]$/,
    'id',
  ],
  [
    /accesskey$|accesstoken$|apikey$|password$|secret$|^token$|ssn$|taxid$|passport|iban$|cardnumber$|accountnumber$|^last4$|fingerprint$/,
    'id',
  ],
  [
    /^(call|customer|your|internal|agent)?(notes?|comments?|message|feedback|remarks?|memo|bio|inquiry|enquiry|questions?)$/,
    'note',
  ],
  [/transcript(ion)?$|^keypadentries$|^content$|^textmessage$/, 'note'],
];

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Fields whose neighbours make a bare `name` a person's. */
const personal = /email|phone|mobile|address|firstname|lastname|birth/;
/** Fields that say what a bare `value` is, as in `{ propertyName: "email", propertyValue: … }`. */
const labels = ['propertyName', 'name', 'key', 'label', 'field', 'title'];

/** The kind of the member `key` of an object; `around` is the kind of the block it is in. */
export function kindOf(key: string, siblings: JsonObject, around: Kind | undefined): Kind | undefined {
  const name = plain(key);
  if (name === 'value' || name === 'propertyvalue' || name === 'values')
    return labels.map((label) => labelled(siblings[label])).find((kind) => kind !== undefined) ?? around;
  if (name === 'name')
    return Object.keys(siblings).some((other) => personal.test(plain(other))) ? 'full_name' : undefined;
  return named(name);
}

const labelled = (label: Json | undefined): Kind | undefined =>
  typeof label !== 'string' ? undefined : plain(label) === 'name' ? 'full_name' : named(plain(label));

const named = (name: string): Kind | undefined => kinds.find(([pattern]) => pattern.test(plain(name)))?.[1];
