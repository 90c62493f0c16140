import fc from 'fast-check'

// The same cases every time, so that a red run is a change's own doing; FC_SEED=$RANDOM looks further.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_261_121) })
