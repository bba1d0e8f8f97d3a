// Builds an Encoding: closes the steps of every actor instance, finds out which cells need latches, and puts
// expressions, steps and properties into the circuit.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checker/explicit/close.h"
#include "checker/symbolic/encode.h"
#include "checker/symbolic/expression_bits.h"

namespace untorn::checker::symbolic {

class Encoder {
 public:
    explicit Encoder(Encoding& encoding);
    /// Throws LimitReached.
    void run(Encoding::Judged judged);

 private:
    /// A step in which nothing is open but cells and choices.
    struct Closed {
        const system::Step* step = nullptr;
        uint32_t transition = system::none;
        system::LocationId from = 0;
        system::ExprId guard = system::ExprPool::yes;
        std::vector<std::pair<system::ExprId, uint32_t>> checks;  ///< with their property
        std::vector<system::Update> updates;
        std::vector<system::ExprId> faults;
        std::vector<std::pair<std::string, system::ExprId>> labels;  ///< where it passes them; of steps of actors
        bool impossible = false;                                     ///< there is nothing to choose from
    };
    /// An actor instance.
    struct Who {
        system::ActorId actor = 0;
        int64_t identity = 0;
        uint32_t counter = 0;  ///< cell
        std::vector<Closed> steps;
    };
    /// What a step does in the circuit.
    struct Made {
        Lit here;                         ///< it is this one's turn: who moves, and where that one stands
        Lit enabled;                      ///< ... and it can be taken
        std::map<uint32_t, Bits> writes;  ///< by cell: the code after it
        Bits faults;                      ///< their number
    };

    void close_everything();
    Closed closed(const system::Step& step, Closer& closer) const;
    void add_actor(system::ActorId actor);

    void find_changing();
    void note_changes(const Closed& step, bool later);
    std::optional<uint64_t> only_initial_code(uint32_t cell);
    void make_latches();
    void make_inputs();
    void make_initial();
    void make_steps();
    void make_step(const Closed& step, Lit here, ExpressionBits& bits, std::vector<Made>& made);
    void make_loss(std::vector<Made>& made);
    void make_next(const std::vector<Made>& made);
    void make_recovery_returns();
    void make_claims();
    void make_properties();
    std::optional<std::string> add_judged(uint32_t property);
    void make_well_formed();

    std::vector<ChoiceBits> choice_bits(const system::Step& step, const std::vector<Lit>& inputs,
                                        const std::vector<size_t>& first) const;
    Lit legal(std::span<const ChoiceBits> choices);
    std::map<uint32_t, Bits> written(const Closed& step, ExpressionBits& bits, const std::vector<Bits>& before);
    Bits number_of_faults(const Closed& step, ExpressionBits& bits);
    /// Whether some step that spends no fault can be taken by one of these; nothing if there is too much to choose.
    std::optional<Lit> moves(std::span<const Who> who);
    std::optional<Lit> can_be_taken(const Closed& step, system::ExprId when = system::ExprPool::yes);
    void note_taken(const Who& who, const Closed& step, Lit enabled, ExpressionBits& bits);
    std::optional<std::string> make_progress();
    std::optional<Lit> run_moves();
    std::optional<Lit> recovery_moves();
    Lit threads_ended();
    Lit stuck();
    Lit recovered();

    Encoding& out_;
    const system::System& system_;
    system::ExprPool pool_;
    Circuit& circuit_;
    Arithmetic arithmetic_;
    bool power_can_be_lost_ = false;

    Closed init_, loss_;
    std::vector<Who> actors_;          ///< recover not among them
    std::vector<Who> recover_;         ///< none or one, and only if power can be lost
    std::vector<bool> changing_;       ///< by cell: some step may give it another value than its first
    std::vector<bool> written_later_;  ///< by cell: by a step that is not init
    std::vector<Bits> codes_;          ///< by cell, of the state before the move
    Bits losses_;
    std::vector<Lit> selected_;                     ///< by mover
    std::map<uint32_t, std::vector<Lit>> failing_;  ///< by property: the checks of it that fail
    std::optional<std::optional<Lit>> run_moves_, recovery_moves_;
    bool asks_for_progress_ = false;
    /// By System::fairness and identity: the moves that take it.
    std::map<std::pair<size_t, int64_t>, std::vector<Lit>> taken_;
};

}  // namespace untorn::checker::symbolic
