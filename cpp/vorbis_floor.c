/* Switches off aoTuV's "M4", which loses tones.
 *
 * M4 is a branch of _vp_offset_and_mix in lib/psy.c of libvorbis 1.3.7 with aoTuV b6.03 (aotuv_lancer_vorbis_sys 0.1.6):
 * where a line of the spectrum lies below its own tone mask, the mask is pulled down to the line. The lines beside a pure
 * tone are such lines, so the floor there ends up 60 dB and more below the tone, and what stands above the floor no
 * longer fits into the residue's codebooks: the tone comes out as near silence.
 *
 * The branch is taken for the lines between `mp4.start` and `mp4.end`. The function sets these
 *   - below 26 kHz (`hsrate`, from the `rate` in the look) to all lines that noise normalization works on;
 *   - else, when `normal_thresh` is above 1, to none: `mp4.start` is 9999. Those setups are left as their author made
 *     them;
 *   - else to the lines up to the look's `tonecomp_endp`: with 0 there is none.
 *
 * Once a look is made, only this function reads its `rate`. From 26 kHz it also lets M3 work, which gives blocks with an
 * attack finer noise masks; the memory for that (`mblock`, `tblock`) libvorbis has at every rate. `tonecomp_endp` also
 * ends what M3 and M9 (_vp_noisemask) do with single tones, which the tests of sizes and tones include. */

#include <vorbis/codec.h>

#include "codec_internal.h"
#include "psy.h"

#define LOWEST_HIGH_RATE 26000

/* To be called once, after vorbis_analysis_init. */
void afop_vorbis_without_m4(vorbis_dsp_state *state);

void afop_vorbis_without_m4(vorbis_dsp_state *state)
{
  private_state *encoder = state->backend_state;
  codec_setup_info *setup = state->vi->codec_setup;
  int i;

  for (i = 0; i < setup->psys; i++) {
    vorbis_look_psy *look = encoder->psy + i;

    if (look->rate >= LOWEST_HIGH_RATE && look->vi->normal_thresh > 1.)
      continue;
    if (look->rate < LOWEST_HIGH_RATE)
      look->rate = LOWEST_HIGH_RATE;
    look->tonecomp_endp = 0;
  }
}
