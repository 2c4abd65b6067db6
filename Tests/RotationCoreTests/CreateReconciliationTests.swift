import RotationCore
import Testing

/// The protocol's table of server classes, row by row.
@Suite struct CreateReconciliationTests {
    private static func id(_ text: String) -> CredentialID { CredentialID(rawValue: text) }

    private static func question(
        _ shape: ServerCapabilities.Shape, _ recognition: ServerCapabilities.Recognition,
        knowsNew: Bool = false, exclusive: Bool = false, old: String = "old"
    ) -> CreateReconciliation.Question {
        CreateReconciliation.Question(
            capabilities: ServerCapabilities(
                shape: shape, limit: 2, origin: knowsNew ? .client : .server,
                recognition: recognition, canDisable: true, propagation: .zero),
            baseline: [id("old"), id("other")], old: id(old), knowsNewValue: knowsNew,
            label: "holdover/R/2", isExclusive: exclusive)
    }

    private static func listed(
        _ name: String, holds: SecretRole? = nil, label: String? = nil, shown: Bool = false
    ) -> Credential {
        Credential(
            id: id(name), label: label, holds: holds, secret: shown ? ClientSecret("shown") : nil)
    }

    private static let before = [listed("old"), listed("other")]

    private static func words(
        _ question: CreateReconciliation.Question, _ listed: [Credential]
    ) -> String {
        switch CreateReconciliation.decide(question, listed: listed) {
        case .adopt(let credential): "adopt \(credential.id.rawValue)"
        case .adoptIfAccepted(let credential): "try \(credential.id.rawValue)"
        case .deleteOrphan(let id): "delete \(id.rawValue)"
        case .createAgain: "create again"
        case .replaceLost: "replace"
        case .ambiguous(let ids): "ask " + ids.map(\.rawValue).joined(separator: " ")
        }
    }

    // MARK: Known by trial

    @Test func `what a caller made is taken over once it is accepted, and else sent again`() {
        let question = Self.question(.list, .trial, knowsNew: true)
        #expect(Self.words(question, [Self.listed("new", holds: .new)]) == "adopt new")
        #expect(Self.words(question, [Self.listed("old", holds: .old)]) == "create again")
        #expect(Self.words(Self.question(.list, .trial), Self.before) == "ask ")
    }

    @Test func `slots that can't be read are turned again until the next turn could hurt`() {
        var question = Self.question(.twoSlots, .trial)
        question.capabilities.limit = 6
        let current = [Self.listed("old", holds: .old)]
        for creations in 1...4 {
            question.creations = creations
            #expect(Self.words(question, current) == "create again")
        }
        question.creations = 5
        #expect(Self.words(question, current) == "ask old")
    }

    // MARK: Many, server-made, labelled

    @Test func `with labels, ours is the one with the label of the attempt`() {
        let question = Self.question(.list, .label)
        let ours = Self.listed("a", label: "holdover/R/2")
        let foreign = Self.listed("b", label: "by hand")
        let earlier = Self.listed("c", label: "holdover/R/1")
        let bare = Self.listed("d")
        #expect(Self.words(question, Self.before) == "create again")
        #expect(Self.words(question, Self.before + [ours]) == "delete a")
        #expect(Self.words(question, Self.before + [foreign, ours]) == "delete a")
        #expect(Self.words(question, Self.before + [foreign]) == "create again")
        #expect(Self.words(question, Self.before + [earlier, bare]) == "create again")
    }

    @Test func `with labels, a secret that is shown again is taken over`() {
        let question = Self.question(.list, .label)
        let ours = Self.listed("a", label: "holdover/R/2", shown: true)
        let foreign = Self.listed("b", label: "by hand", shown: true)
        #expect(Self.words(question, Self.before + [foreign, ours]) == "adopt a")
        #expect(Self.words(question, Self.before + [foreign]) == "create again")
    }

    @Test func `a label on a secret that was there before makes it no orphan`() {
        let forged = [Self.listed("old", label: "holdover/R/2"), Self.listed("other")]
        #expect(Self.words(Self.question(.list, .label), forged) == "create again")
    }

    @Test(arguments: [ServerCapabilities.Recognition.time, .value])
    func `without labels, one new secret that is shown is taken over where the plan says so`(
        recognition: ServerCapabilities.Recognition
    ) {
        let one = Self.before + [Self.listed("a", shown: true)]
        #expect(Self.words(Self.question(.list, recognition, exclusive: true), one) == "adopt a")
        #expect(Self.words(Self.question(.list, recognition), one) == "ask a")
    }

    // MARK: Many, server-made, unlabelled

    @Test(arguments: [ServerCapabilities.Recognition.time, .value])
    func `without labels, one new id is ours only where the plan says so`(
        recognition: ServerCapabilities.Recognition
    ) {
        let shared = Self.question(.list, recognition)
        let exclusive = Self.question(.list, recognition, exclusive: true)
        let one = Self.before + [Self.listed("a")]
        let two = one + [Self.listed("b")]
        #expect(Self.words(shared, Self.before) == "create again")
        #expect(Self.words(exclusive, Self.before) == "create again")
        #expect(Self.words(shared, one) == "ask a")
        #expect(Self.words(exclusive, one) == "delete a")
        #expect(Self.words(exclusive, two) == "ask a b")
    }

    // MARK: Client-supplied

    @Test func `a value of ours is adopted where it is listed, and repeated where it isn't`() {
        let question = Self.question(.list, .value, knowsNew: true)
        let ours = Self.listed("a", holds: .new)
        let foreign = Self.listed("b")
        #expect(Self.words(question, Self.before + [foreign, ours]) == "adopt a")
        #expect(Self.words(question, Self.before + [foreign]) == "create again")
        #expect(Self.words(question, Self.before) == "create again")
    }

    @Test func `without labels, a value of ours is tried where one id is new and no more fit`() {
        var question = Self.question(.list, .time, knowsNew: true)
        let one = [Self.listed("old"), Self.listed("a")]
        #expect(Self.words(question, [Self.listed("old")]) == "create again")
        #expect(Self.words(question, one) == "try a")
        #expect(Self.words(question, one + [Self.listed("b")]) == "ask a b")
        question.capabilities.limit = 3
        #expect(Self.words(question, one) == "ask a", "ours may not be listed yet")
        question.isExclusive = true
        #expect(Self.words(question, one) == "try a")
    }

    // MARK: Two slots

    @Test func `two slots: the slot that still holds the old secret was not rotated`() {
        let question = Self.question(.twoSlots, .value, old: "current")
        #expect(Self.words(question, [Self.listed("current", holds: .old)]) == "create again")
    }

    @Test func `two slots: what took the old one's slot is read and adopted`() {
        let question = Self.question(.twoSlots, .value, old: "current")
        let new = Self.listed("current", shown: true)
        let rotated = Self.listed("rotated", holds: .old)
        #expect(Self.words(question, [new, rotated]) == "adopt current")
        #expect(Self.words(question, [new]) == "adopt current")
    }

    @Test func `two slots: opaque or empty ones are for a person`() {
        let question = Self.question(.twoSlots, .none, old: "current")
        #expect(Self.words(question, [Self.listed("current")]) == "ask current")
        #expect(Self.words(question, [Self.listed("rotated")]) == "ask rotated")
        #expect(Self.words(question, []) == "ask ")
    }

    @Test func `two slots: never rotate again unless the old secret is where it was`() {
        for listed in Self.listings(ids: ["current", "rotated"]) {
            for question in Self.questions(.twoSlots, old: "current") {
                let isUntouched = listed.contains {
                    $0.id.rawValue == "current" && $0.holds == .old
                }
                guard Self.words(question, listed) == "create again" else { continue }
                #expect(isUntouched, "\(listed)")
            }
        }
    }

    // MARK: One secret

    @Test(arguments: [ServerCapabilities.Recognition.value, .trial, .none], [true, false])
    func `where the old secret is still the one there is, nothing was made`(
        recognition: ServerCapabilities.Recognition, knowsNew: Bool
    ) {
        let question = Self.question(.single, recognition, knowsNew: knowsNew)
        #expect(Self.words(question, [Self.listed("only", holds: .old)]) == "create again")
        #expect(Self.words(question, Self.before) == "ask old other")
        #expect(Self.words(question, []) == "ask ")
    }

    @Test func `a value that is shown is the lost one, unless ours was known`() {
        let shown = [Self.listed("only", shown: true)]
        #expect(Self.words(Self.question(.single, .value), shown) == "adopt only")
        #expect(Self.words(Self.question(.single, .value, knowsNew: true), shown) == "ask only")
        #expect(Self.words(Self.question(.single, .value), [Self.listed("only")]) == "ask only")
    }

    @Test func `a value that is lost for good is replaced, since nothing else is accepted`() {
        let hidden = [Self.listed("only")]
        #expect(Self.words(Self.question(.single, .trial), hidden) == "replace")
        #expect(Self.words(Self.question(.single, .trial, knowsNew: true), hidden) == "replace")
    }

    // MARK: Servers that can't be asked

    @Test func `a server that can't be asked is for a person`() {
        #expect(Self.words(Self.question(.list, .none, exclusive: true), Self.before) == "ask ")
    }

    // MARK: All of them

    @Test func `nothing is ever deleted that was there before or holds the old secret`() {
        for shape in [ServerCapabilities.Shape.list, .twoSlots, .single] {
            for listed in Self.listings(ids: ["old", "other", "a", "b"]) {
                for question in Self.questions(shape, old: "old") {
                    guard
                        case .deleteOrphan(let id) = CreateReconciliation.decide(
                            question, listed: listed)
                    else { continue }
                    let victim = listed.first { $0.id == id }
                    #expect(!question.baseline.contains(id) && id != question.old, "\(listed)")
                    #expect(victim?.holds == nil, "\(listed)")
                }
            }
        }
    }

    @Test func `a new secret that is recognised is always adopted`() {
        for shape in [ServerCapabilities.Shape.list, .twoSlots, .single] {
            for question in Self.questions(shape, old: "old") {
                let listed = Self.before + [Self.listed("a", holds: .new)]
                #expect(Self.words(question, listed) == "adopt a")
            }
        }
    }

    private static func questions(_ shape: ServerCapabilities.Shape, old: String)
        -> [CreateReconciliation.Question]
    {
        let ways: [ServerCapabilities.Recognition] = [.value, .label, .time, .none]
        return ways.flatMap { way in
            [(false, false), (false, true), (true, false), (true, true)].map {
                question(shape, way, knowsNew: $0.0, exclusive: $0.1, old: old)
            }
        }
    }

    /// Every listing of some of these ids, each holding nothing known or the old secret, with or
    /// without the attempt's label, shown or not.
    private static func listings(ids: [String]) -> [[Credential]] {
        ids.reduce([[]]) { lists, name in
            let variants = [nil, SecretRole.old].flatMap { holds in
                [nil, "holdover/R/2"].flatMap { label in
                    [false, true].map { listed(name, holds: holds, label: label, shown: $0) }
                }
            }
            return lists + lists.flatMap { list in variants.map { list + [$0] } }
        }
    }
}
