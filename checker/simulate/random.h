// Random numbers that are the same on every machine: SplitMix64 (Guy Steele, Doug Lea, Christine Flood: "Fast
// Splittable Pseudorandom Number Generators", OOPSLA 2014), with the constants of its public-domain C version by
// Sebastiano Vigna. One word of state, every seed is good, passes BigCrush. The standard library's distributions are
// not used: they may differ from one implementation to the next.
#pragma once

#include <cassert>
#include <cstdint>

namespace untorn::checker {

class Random {
 public:
    explicit Random(uint64_t seed) : state_(seed) {}

    /// 64 random bits.
    uint64_t next() {
        uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111eb;
        return z ^ (z >> 31U);
    }

    /// A number from 0 to n - 1, each as likely as the others; n is at least 1. Draws again while the number lies
    /// among the 2^64 mod n lowest ones: what remains is a multiple of n.
    uint64_t below(uint64_t n) {
        assert(n > 0);
        const uint64_t lowest = (0 - n) % n;
        uint64_t drawn = next();
        while (drawn < lowest) drawn = next();
        return drawn % n;
    }

 private:
    uint64_t state_;
};

}  // namespace untorn::checker
