return {
	{ name = "blog", host = "a.example", rsync = { bwlimit = 100 } },
	{ name = "shop", host = "b.example", exclude = { "/sessions/" } },
}
