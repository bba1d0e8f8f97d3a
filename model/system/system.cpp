#include "model/system/system.h"

namespace untorn::system {

const char* name(PropertyKind kind) {
    switch (kind) {
        case PropertyKind::invariant: return "invariant";
        case PropertyKind::crash_invariant: return "crash invariant";
        case PropertyKind::final: return "final";
        case PropertyKind::quiescent: return "quiescent";
        case PropertyKind::cover: return "cover";
        case PropertyKind::crash_cover: return "crash cover";
        case PropertyKind::never: return "never";
        case PropertyKind::sometimes: return "sometimes";
        case PropertyKind::always: return "always";
        case PropertyKind::eventually: return "eventually";
        case PropertyKind::always_eventually: return "always eventually";
        case PropertyKind::leads_to: return "leads to";
        case PropertyKind::assertion: return "assert";
        case PropertyKind::deadlock: return "deadlock";
        case PropertyKind::range: return "range";
        case PropertyKind::lock: return "lock";
        case PropertyKind::atomic_block: return "atomic block";
        case PropertyKind::recovery: return "recovery";
        case PropertyKind::antecedent: return "antecedent";
    }
    return "?";
}

PropertyKind judged_as(const System& system, uint32_t property) {
    const Property& p = system.properties[property];
    return p.kind == PropertyKind::antecedent ? system.properties[p.of].kind : p.kind;
}

const char* name(SiteKind kind) {
    switch (kind) {
        case SiteKind::statement: return "statement";
        case SiteKind::when_true: return "true";
        case SiteKind::when_false: return "false";
        case SiteKind::alternative: return "alternative";
    }
    return "?";
}

}  // namespace untorn::system
