// What to copy from where, for each platform. What is not named here stands below "More settings".
export interface Step {
  title: string;
  words: string;
  /** The settings that this step asks for. */
  ask: string[];
}

export interface Guide {
  /** What one needs before one begins. */
  before: string;
  steps: Step[];
  /** How people call a setting at the platform itself. */
  names: Record<string, string>;
}

const META_SECRET = {
  title: 'The app’s secret',
  words: 'In Meta’s developer console: your app, App settings, Basic. Press “Show” beside App secret, and copy it. With it Meta signs what it delivers.',
  ask: ['app_secret'],
};

const GUIDES: Record<string, Guide> = {
  instagram: {
    before: 'You need a professional Instagram account and an app at developers.facebook.com with the product Instagram.',
    steps: [
      {
        title: 'The account and its token',
        words: 'In the app: Instagram, API setup with Instagram login. Add the account under “Generate access tokens”, and copy its id (17841…) and the token. It needs the permission instagram_business_manage_messages.',
        ask: ['account_id', 'token'],
      },
      META_SECRET,
    ],
    names: { account_id: 'Account id', token: 'Access token', app_secret: 'App secret', verify_token: 'Verify token', app_id: 'App id' },
  },
  whatsapp: {
    before: 'You need a WhatsApp Business account, a number in it, and an app at developers.facebook.com with the product WhatsApp.',
    steps: [
      {
        title: 'The number and its token',
        words: 'In the app: WhatsApp, API setup. Copy the phone number id and the WhatsApp Business account id; the token is best one of a system user (Business settings, System users), with whatsapp_business_messaging.',
        ask: ['phone_number_id', 'waba_id', 'token'],
      },
      META_SECRET,
    ],
    names: {
      phone_number_id: 'Phone number id', waba_id: 'WhatsApp Business account id', token: 'Access token', app_secret: 'App secret',
      verify_token: 'Verify token', app_id: 'App id',
    },
  },
  sms: {
    before: 'You need an account at Twilio and a number that takes messages.',
    steps: [
      {
        title: 'The account',
        words: 'On the first page of Twilio’s console, under Account info: copy Account SID and Auth token. Twilio signs with the token what it delivers.',
        ask: ['account_sid', 'auth_token'],
      },
      { title: 'The number', words: 'With + and the country, as Twilio shows it.', ask: ['number'] },
    ],
    names: { account_sid: 'Account SID', auth_token: 'Auth token', number: 'Number' },
  },
  email: {
    before: 'You need the address of a mailbox, and what its provider says for IMAP and SMTP. Where it has two-step sign-in, make an app password.',
    steps: [
      { title: 'The address', words: 'People write to it, and answers come from it.', ask: ['address'] },
      { title: 'How mail is read', words: 'The provider calls it IMAP or incoming mail.', ask: ['imap_host', 'imap_port', 'imap_security', 'imap_user', 'imap_password'] },
      { title: 'How mail is sent', words: 'The provider calls it SMTP or outgoing mail.', ask: ['smtp_host', 'smtp_port', 'smtp_security', 'smtp_user', 'smtp_password'] },
    ],
    names: {
      address: 'Address', imap_host: 'Server for reading', imap_port: 'Port', imap_security: 'Encryption', imap_user: 'User',
      imap_password: 'Password for reading', smtp_host: 'Server for sending', smtp_port: 'Port', smtp_security: 'Encryption',
      smtp_user: 'User', smtp_password: 'Password for sending',
    },
  },
  direct: { before: 'It is our own: nothing else is needed.', steps: [], names: {} },
};

const COMMON: Record<string, string> = {
  name: 'Name', public_address: 'Shown address', public_link: 'Shown link', base_url: 'Address of the platform’s API', token: 'Token',
};

export function guideOf(platform: string, required: string[]): Guide {
  return GUIDES[platform] ?? { before: '', steps: [{ title: 'What the platform gave you', words: '', ask: required }], names: {} };
}

export function nameOf(guide: Guide, setting: string): string {
  const plain = setting.replaceAll('_', ' ');
  return guide.names[setting] ?? COMMON[setting] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** A word that nobody guesses, for the platform to repeat. */
export function newVerifyToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(15));
  return Array.from(bytes, (byte) => byte.toString(36).padStart(2, '0')).join('');
}
