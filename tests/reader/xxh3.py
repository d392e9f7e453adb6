"""XXH3-128 without a seed, as pgx-stream(5) uses it. Slow, short, and of the standard library alone."""

SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
    "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
    "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
)
P32 = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
P64 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
MIX1, MIX2 = 0x165667919E3779F9, 0x9FB21C651E98DF25
M32, M64 = (1 << 32) - 1, (1 << 64) - 1


def _at(data, at, size=8):
    return int.from_bytes(data[at : at + size], "little")


def _swap(value, size):
    return int.from_bytes(value.to_bytes(size, "little"), "big")


def _fold(a, b):
    product = a * b
    return product & M64 ^ product >> 64


def _avalanche(h):
    h = (h ^ h >> 37) * MIX1 & M64
    return h ^ h >> 32


def _avalanche_of_xxh64(h):
    h = (h ^ h >> 33) * P64[1] & M64
    h = (h ^ h >> 29) * P64[2] & M64
    return h ^ h >> 32


def _up_to_16(data, n):
    if n > 8:
        low, high = _at(data, 0), _at(data, n - 8)
        product = (low ^ high ^ _at(SECRET, 32) ^ _at(SECRET, 40)) * P64[0]
        low, carry = (product & M64) + (n - 1 << 54) & M64, product >> 64
        high ^= _at(SECRET, 48) ^ _at(SECRET, 56)
        high = carry + high + (high & M32) * (P32[1] - 1) & M64
        product = (low ^ _swap(high, 8)) * P64[1]
        return _avalanche(product & M64), _avalanche((product >> 64) + high * P64[1] & M64)
    if n > 3:
        both = _at(data, 0, 4) + (_at(data, n - 4, 4) << 32)
        product = (both ^ _at(SECRET, 16) ^ _at(SECRET, 24)) * (P64[0] + (n << 2))
        low = product & M64
        high = (product >> 64) + (low << 1) & M64
        low ^= high >> 3
        low = (low ^ low >> 35) * MIX2 & M64
        return low ^ low >> 28, _avalanche(high)
    if n > 0:
        low = data[0] << 16 | data[n >> 1] << 24 | data[n - 1] | n << 8
        high = _swap(low, 4)
        high = (high << 13 | high >> 19) & M32
        low ^= _at(SECRET, 0, 4) ^ _at(SECRET, 4, 4)
        high ^= _at(SECRET, 8, 4) ^ _at(SECRET, 12, 4)
        return _avalanche_of_xxh64(low), _avalanche_of_xxh64(high)
    low, high = _at(SECRET, 64) ^ _at(SECRET, 72), _at(SECRET, 80) ^ _at(SECRET, 88)
    return _avalanche_of_xxh64(low), _avalanche_of_xxh64(high)


def _up_to_240(data, n):
    def mix16(at, secret):
        return _fold(_at(data, at) ^ _at(SECRET, secret), _at(data, at + 8) ^ _at(SECRET, secret + 8))

    def mix32(low, high, one, two, secret):
        low = low + mix16(one, secret) & M64 ^ _at(data, two) + _at(data, two + 8) & M64
        high = high + mix16(two, secret + 16) & M64 ^ _at(data, one) + _at(data, one + 8) & M64
        return low, high

    low, high = n * P64[0] & M64, 0
    if n <= 128:
        for i in reversed(range((n - 1) // 32 + 1)):
            low, high = mix32(low, high, 16 * i, n - 16 * (i + 1), 32 * i)
    else:
        for i in range(4):
            low, high = mix32(low, high, 32 * i, 32 * i + 16, 32 * i)
        low, high = _avalanche(low), _avalanche(high)
        for i in range(4, n // 32):
            low, high = mix32(low, high, 32 * i, 32 * i + 16, 3 + 32 * (i - 4))
        low, high = mix32(low, high, n - 16, n - 32, 103)
    sum_, mixed = low + high & M64, low * P64[0] + high * P64[3] + n * P64[1] & M64
    return _avalanche(sum_), -_avalanche(mixed) & M64


def _long(data, n):
    acc = [P32[2], P64[0], P64[1], P64[2], P64[3], P32[1], P64[4], P32[0]]

    def stripe(at, secret):
        for i in range(8):
            value = _at(data, at + 8 * i)
            key = value ^ _at(SECRET, secret + 8 * i)
            acc[i ^ 1] = acc[i ^ 1] + value & M64
            acc[i] = acc[i] + (key & M32) * (key >> 32) & M64

    def merge(secret, start):
        for i in range(4):
            start += _fold(acc[2 * i] ^ _at(SECRET, secret + 16 * i), acc[2 * i + 1] ^ _at(SECRET, secret + 16 * i + 8))
        return _avalanche(start & M64)

    for number in range((n - 1) // 64):
        stripe(64 * number, 8 * (number % 16))
        if number % 16 == 15:
            for i in range(8):
                acc[i] = (acc[i] ^ acc[i] >> 47 ^ _at(SECRET, 128 + 8 * i)) * P32[0] & M64
    stripe(n - 64, 121)
    return merge(11, n * P64[0] & M64), merge(117, ~(n * P64[1]) & M64)


def xxh3_128(data):
    n = len(data)
    low, high = (_up_to_16 if n <= 16 else _up_to_240 if n <= 240 else _long)(data, n)
    return high << 64 | low
