/** The person every sample is about, so that one visitor can be followed through all sources and mappings. */
export const ada = {
  userId: 'usr_1a2b3c4d5e',
  anonymousId: '5zdta4zak9',
  email: 'ada@example.com',
  firstName: 'Ada',
  lastName: 'Lovelace',
  name: 'Ada Lovelace',
  phone: '+12025550143',
} as const;
