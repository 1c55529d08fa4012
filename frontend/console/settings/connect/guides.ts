// What to copy from where, for each platform. What is not named here stands below "More settings".
import { msg, type Sentence, t } from '../../languages/language.ts';

export interface Step {
  title: Sentence;
  words: Sentence | '';
  /** The settings that this step asks for. */
  ask: string[];
}

export interface Guide {
  /** What one needs before one begins. */
  before: Sentence | '';
  steps: Step[];
  /** How people call a setting at the platform itself. */
  names: Record<string, Sentence>;
}

const META_SECRET = {
  title: msg('The app’s secret'),
  words: msg('In Meta’s developer console: your app, App settings, Basic. Press “Show” beside App secret, and copy it. With it Meta signs what it delivers.'),
  ask: ['app_secret'],
};

const GUIDES: Record<string, Guide> = {
  instagram: {
    before: msg('You need a professional Instagram account and an app at developers.facebook.com with the product Instagram.'),
    steps: [
      {
        title: msg('The account and its token'),
        words: msg('In the app: Instagram, API setup with Instagram login. Add the account under “Generate access tokens”, and copy its id (17841…) and the token. It needs the permission instagram_business_manage_messages.'),
        ask: ['account_id', 'token'],
      },
      META_SECRET,
    ],
    names: { account_id: msg('Account id'), token: msg('Access token'), app_secret: msg('App secret'), verify_token: msg('Verify token'), app_id: msg('App id') },
  },
  whatsapp: {
    before: msg('You need a WhatsApp Business account, a number in it, and an app at developers.facebook.com with the product WhatsApp.'),
    steps: [
      {
        title: msg('The number and its token'),
        words: msg('In the app: WhatsApp, API setup. Copy the phone number id and the WhatsApp Business account id; the token is best one of a system user (Business settings, System users), with whatsapp_business_messaging.'),
        ask: ['phone_number_id', 'waba_id', 'token'],
      },
      META_SECRET,
    ],
    names: {
      phone_number_id: msg('Phone number id'), waba_id: msg('WhatsApp Business account id'), token: msg('Access token'), app_secret: msg('App secret'),
      verify_token: msg('Verify token'), app_id: msg('App id'),
    },
  },
  sms: {
    before: msg('You need an account at Twilio and a number that takes messages.'),
    steps: [
      {
        title: msg('The account'),
        words: msg('On the first page of Twilio’s console, under Account info: copy Account SID and Auth token. Twilio signs with the token what it delivers.'),
        ask: ['account_sid', 'auth_token'],
      },
      { title: msg('The number'), words: msg('With + and the country, as Twilio shows it.'), ask: ['number'] },
    ],
    names: { account_sid: msg('Account SID'), auth_token: msg('Auth token'), number: msg('Number') },
  },
  email: {
    before: msg('You need the address of a mailbox, and what its provider says for IMAP and SMTP. Where it has two-step sign-in, make an app password.'),
    steps: [
      { title: msg('The address'), words: msg('People write to it, and answers come from it.'), ask: ['address'] },
      { title: msg('How mail is read'), words: msg('The provider calls it IMAP or incoming mail.'), ask: ['imap_host', 'imap_port', 'imap_security', 'imap_user', 'imap_password'] },
      { title: msg('How mail is sent'), words: msg('The provider calls it SMTP or outgoing mail.'), ask: ['smtp_host', 'smtp_port', 'smtp_security', 'smtp_user', 'smtp_password'] },
    ],
    names: {
      address: msg('Address'), imap_host: msg('Server for reading'), imap_port: msg('Port'), imap_security: msg('Encryption'), imap_user: msg('User'),
      imap_password: msg('Password for reading'), smtp_host: msg('Server for sending'), smtp_port: msg('Port'), smtp_security: msg('Encryption'),
      smtp_user: msg('User'), smtp_password: msg('Password for sending'),
    },
  },
  direct: { before: msg('It is our own: nothing else is needed.'), steps: [], names: {} },
};

const COMMON: Record<string, Sentence> = {
  name: msg('Name'), public_address: msg('Shown address'), public_link: msg('Shown link'), base_url: msg('Address of the platform’s API'), token: msg('Token'),
};

export function guideOf(platform: string, required: string[]): Guide {
  return GUIDES[platform] ?? { before: '', steps: [{ title: msg('What the platform gave you'), words: '', ask: required }], names: {} };
}

export function nameOf(guide: Guide, setting: string): string {
  const plain = setting.replaceAll('_', ' ');
  const known = guide.names[setting] ?? COMMON[setting];
  return known ? t(known) : plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** A word that nobody guesses, for the platform to repeat. */
export function newVerifyToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(15));
  return Array.from(bytes, (byte) => byte.toString(36).padStart(2, '0')).join('');
}
