/* Providers of security labels that take every label, for tests: no package has one. What a server of MAJOR expects
 * of a library is written out here, as its headers are in no package that tests have either. */

struct abi {
#if MAJOR < 18
	int len;
#endif
	int version, max_arguments, max_keys, name_length, float8_by_value;
	char extra[32];
};

#define ABI MAJOR * 100, 100, 32, 64, 1, "PostgreSQL"

#if MAJOR < 18
static const struct abi magic = {sizeof(struct abi), ABI};
#else
static const struct {
	int len;
	struct abi abi;
	const char *name, *version;
} magic = {sizeof(magic), {ABI}, 0, 0};
#endif

const void *Pg_magic_func(void) { return &magic; }

extern void register_label_provider(const char *name, void (*take)(const void *object, const char *label));

static void take(const void *object, const char *label) { (void) object; (void) label; }

void _PG_init(void)
{
	register_label_provider("pgx", take);
	register_label_provider("Other Guard", take);
}
