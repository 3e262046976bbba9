// The behaviour of Designsystemet's elements: registers them, exports nothing.

import '@digdir/designsystemet-web';
