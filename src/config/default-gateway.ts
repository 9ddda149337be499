/** What applies without a gateway.yaml: the shipped file without its comments; a test compares the two. */
export const defaultGatewayText = `version: 1
sources:
  stripe:
    type: stripe
    secret: "\${STRIPE_WEBHOOK_SECRET:-}"
    api_key: "\${STRIPE_API_KEY:-}"
    api_url: https://api.stripe.com
  callrail:
    type: callrail
    secret: "\${CALLRAIL_SIGNING_KEY:-}"
  hubspot:
    type: hubspot
    secret: "\${HUBSPOT_CLIENT_SECRET:-}"
    access_token: "\${HUBSPOT_ACCESS_TOKEN:-}"
    api_url: https://api.hubapi.com
    signatures: [v3]
destinations:
  usermaven:
    type: usermaven
    url: https://events.usermaven.com
    api_key: "\${USERMAVEN_API_KEY:-}"
    server_token: "\${USERMAVEN_SERVER_TOKEN:-}"
  vemetric:
    type: vemetric
    url: https://hub.vemetric.com
    token: "\${VEMETRIC_TOKEN:-}"
  umami:
    type: umami
    url: "\${UMAMI_URL:-}"
    website_id: "\${UMAMI_WEBSITE_ID:-}"
    hostname: example.com
    allow_private_address: true
  segment:
    type: segment
    url: "\${SEGMENT_URL:-https://api.segment.io}"
    write_key: "\${SEGMENT_WRITE_KEY:-}"
    flavor: segment
vars:
  site: example.com
`;
