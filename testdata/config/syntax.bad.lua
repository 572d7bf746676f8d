sync {
	default.direct,
	source = "$SOURCE"
	target = "$TARGET",
}
-- want: config\.lua:4: syntax error near 'target'
