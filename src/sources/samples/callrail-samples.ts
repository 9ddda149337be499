import { addMs } from '../../model/clock.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Sample } from '../source.ts';
import { ada } from './ada.ts';
import { hexId } from './fresh-id.ts';

type Fresh = Parameters<Sample['body']>[0];

const person = 'PER5a1e0c2f4b6d48739a0b1c2d3e4f5a6b';
const company = {
  company_id: 100000042,
  company_name: 'Example Analytical Engines',
  company_resource_id: 'COM0f1e2d3c4b5a49788796a5b4c3d2e1f0',
  company_time_zone: 'America/New_York',
};
const campaign = { utm_source: 'google', utm_medium: 'cpc', utm_campaign: 'brand-us', utm_term: '', utm_content: '' };
const landingPage = 'https://www.example.com/pricing?utm_source=google&utm_medium=cpc&utm_campaign=brand-us';

const secondsBefore = ({ now }: Fresh, seconds: number): string => addMs(now, -1000 * seconds).toISOString();

/** An answered call of 345 seconds. As in real bodies, the duration is text and what is not known is an empty one. */
const postCall = (fresh: Fresh): JsonObject => ({
  resource_id: hexId('CAL', fresh.id),
  person_resource_id: person,
  tracker_resource_id: 'TRK7c6b5a49382716f5e4d3c2b1a0f9e8d7',
  ...company,
  call_type: 'answered',
  direction: 'inbound',
  answered: true,
  voicemail: false,
  first_call: true,
  prior_calls: 0,
  total_calls: 1,
  duration: '345',
  formatted_duration: '5m 45s',
  start_time: secondsBefore(fresh, 360),
  created_at: secondsBefore(fresh, 355),
  timestamp: secondsBefore(fresh, 360),
  customer_name: ada.name,
  customer_phone_number: ada.phone,
  formatted_customer_phone_number: '202-555-0143',
  customer_city: 'Washington',
  customer_state: 'DC',
  customer_country: 'US',
  business_phone_number: '+12025550100',
  tracking_phone_number: '+12025550187',
  source: 'Google Ads',
  source_name: 'Website Pool',
  medium: 'cpc',
  campaign: 'Brand US',
  keywords: 'analytical engine',
  ...campaign,
  gclid: 'sample-gclid',
  landing_page_url: landingPage,
  last_requested_url: 'https://www.example.com/contact',
  referring_url: 'https://www.google.com/',
  referrer_domain: 'www.google.com',
  device_type: 'desktop',
  lead_status: 'good_lead',
  tags: ['quote'],
  note: '',
  value: '',
  recording: '',
  transcription: '',
  spam: false,
  // Custom Cookie Capture is told the names; this is the cookie of Usermaven's script for the API key "UMdemo".
  custom: { __eventn_id_UMdemo: ada.anonymousId },
});

/** A form whose hidden field carries the visitor's id. */
const formCaptured = (fresh: Fresh): JsonObject => ({
  resource_id: hexId('FRM', fresh.id),
  person_resource_id: person,
  ...company,
  form_data: {
    your_name: ada.name,
    email_address: ada.email,
    phone_number: '202-555-0143',
    message: 'Please show me the difference engine.',
    usermaven_anonymous_id: ada.anonymousId,
  },
  form_url: 'https://www.example.com/contact',
  url: 'https://www.example.com/contact',
  first_form: true,
  lead_status: null,
  submitted_at: secondsBefore(fresh, 5),
  created_at: secondsBefore(fresh, 5),
  updated_at: secondsBefore(fresh, 5),
  timestamp: secondsBefore(fresh, 5),
  source: 'Google Ads',
  medium: 'cpc',
  campaign: 'Brand US',
  keywords: 'analytical engine',
  ...campaign,
  landing_page_url: landingPage,
  referrer: 'https://www.google.com/',
  session_uuid: null,
});

export const callrailSamples: readonly Sample[] = [
  { name: 'post_call', kind: 'post_call', body: postCall },
  { name: 'form_captured', kind: 'form_captured', body: formCaptured },
];
