// One soft tone for news, where a site or the business wants it. Browsers allow it once the page was touched.

const SECONDS = 0.25;
const HERTZ = 660;
const LOUDNESS = 0.08;

export function chime(): void {
  try {
    const context = new AudioContext();
    const tone = context.createOscillator();
    const loudness = context.createGain();
    tone.frequency.value = HERTZ;
    loudness.gain.setValueAtTime(LOUDNESS, context.currentTime);
    loudness.gain.exponentialRampToValueAtTime(0.001, context.currentTime + SECONDS);
    tone.connect(loudness).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + SECONDS);
    tone.onended = () => void context.close();
  } catch {
    // Without sound then.
  }
}
