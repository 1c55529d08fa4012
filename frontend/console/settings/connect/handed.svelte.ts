// What was made in this page and is to be copied to the platform; it is gone when the page is left, as it should be.
export const handed = $state<{ verifyTokens: Record<string, string> }>({ verifyTokens: {} });
