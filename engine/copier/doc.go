// Package copier makes one entry of a directory what another entry is: data, links, fifos and devices, with owner, attributes,
// mode and time. Both sides are held by descriptors of package fsat. The mirror of default.direct and the file manager
// decide what is copied; how that is done is here.
//
// What is made has a temporary name, which the caller renames or removes. Nobody may look into it who may not look
// into what it is a copy of, not for a moment.
package copier
