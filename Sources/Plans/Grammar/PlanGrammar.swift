import RotationCore

/// The keys of a plan, in the order in which they are documented.
struct PlanGrammar: Sendable {
    /// The keys of one plan.
    let fields: [Field]
    /// Which class of evidence each type of report gives.
    let evidence: [String: EvidenceClass]

    /// The longest time that a plan may name: ten years, so that no sum overflows.
    static let longest = Span.hours(24 * 3650)

    /// The keys that both an adapter and the plan would claim.
    static let targetKeys = ["type", "name"]

    init(_ descriptors: AdapterDescriptors) {
        evidence = Dictionary(
            descriptors.reporters.compactMap { one in one.evidence.map { (one.type, $0) } },
            uniquingKeysWith: { first, _ in first })
        fields =
            [
                Field("client", .clientName, required: true, "The name that people type"),
                Field(
                    "client_id", .clientID, required: true,
                    "The client_id at the authorization server"),
                Field(
                    "server", Self.target(.server, descriptors), required: true,
                    "The authorization server and how to reach its admin API"),
                Field(
                    "stores", .list(Self.target(.store, descriptors)), required: true,
                    "Every place where consumers read the secret"),
                Field(
                    "reload", .list(Self.target(.hook, descriptors)),
                    "Hooks that tell consumers to read again, run in this order"),
                Field(
                    "consumers", .list(.group(Self.consumer(descriptors))),
                    "Every consumer, and where can be seen which secret it uses"),
            ] + Self.rules
    }

    private static func target(_ role: AdapterRole, _ descriptors: AdapterDescriptors) -> Shape {
        .target(role, role.descriptors(in: descriptors))
    }

    private static func consumer(_ descriptors: AdapterDescriptors) -> [Field] {
        [
            Field("name", .name, required: true, "The consumer's name"),
            Field(
                "report", Self.target(.reporter, descriptors),
                "Where can be seen which secret it uses; without it, only `soak` counts"),
        ]
    }

    private static let rules = [
        Field(
            "soak", .span(isPositive: false),
            "Wait this long instead of, or after, the consumers' evidence, and accept the risk"),
        Field(
            "overlap", .span(isPositive: false),
            "How long both secrets stay accepted at least, once every consumer is proven; 1h"),
        Field(
            "watch", .span(isPositive: false),
            "How long to look for the old secret after it is gone; 24h"),
        Field(
            "probe",
            .group([
                Field(
                    "successes", .integer(minimum: 1), "How many answers in a row must agree; 3"),
                Field(
                    "window", .span(isPositive: false),
                    "Over how long they are spread, at least; 30s"),
                Field(
                    "patience", .span(isPositive: false),
                    "How long the server may take to agree; without it, what the server needs"),
            ]), "When an answer of the token endpoint is believed"),
        Field(
            "retry",
            .group([
                Field("first", .span(isPositive: false), "The pause after the first failure; 1m"),
                Field("cap", .span(isPositive: false), "The longest pause; 6h"),
                Field(
                    "settle", .span(isPositive: false),
                    "How long a creation whose answer was lost may still come through; 30s"),
            ]), "How failed attempts are spaced"),
        Field(
            "schedule",
            .group([
                Field(
                    "every", .span(isPositive: false), required: true,
                    "From the end of one rotation to the start of the next"),
                Field("at", .window, "The times of day (UTC) in which it may start: 02:00-04:00"),
                Field("jitter", .span(isPositive: false), "Up to how much later it may start; 0s"),
            ]), "When a rotation is due; without it, only by hand"),
        Field(
            "approval", .choice(["required", "none"]),
            "Whether a person must approve before the old secret is touched; none"),
        Field(
            "exclusive", .boolean,
            "Nobody else creates secrets for this client; false"),
        Field(
            "strategy", .choice(["overlap", "pre-stage", "blue-green"]),
            "How the old secret gives way: both are accepted at once; or where the server holds "
                + "one secret, the new one is a candidate in the stores first, or two "
                + "registrations take turns; overlap"),
        Field(
            "green_client_id", .clientID,
            "The other registration's client_id, for blue-green"),
        Field(
            "allow_outage", .boolean,
            "Where the server holds one secret for a client, replace it, and lock consumers out "
                + "until each has read the new one; false"),
        Field(
            "keep_disabled", .span(isPositive: false),
            "How long the old secret is only disabled, and can be put back, before it is deleted, "
                + "where the server can do that; 0s"),
        Field(
            "scopes", .list(.text),
            "The scopes that the client needs: check warns of those that it has beside them"),
    ]

    /// The settings of an adapter as a plan spells them: `type`, `name`, and its own.
    static func fields(of descriptor: AdapterDescriptor, as role: AdapterRole) -> [Field] {
        [
            Field(
                "type", .choice([descriptor.type]), required: role.standard == nil,
                descriptor.summary),
            Field("name", .name, "What status and the audit call it"),
        ] + descriptor.settings.filter { !targetKeys.contains($0.name) }.map(Field.init)
    }
}
