public import RotationCore

/// What every secret store promises, asked of one that holds a value already.
///
/// Used for the adapters and for the stores in memory alike: a fake that promises more than the
/// product would prove nothing.
public struct SecretStoreContract: Sendable {
    let store: any SecretStore
    let values: [String]
    let cutting: (@Sendable (StoreCut) async throws -> CutStore)?
    let versions: (@Sendable () async throws -> Int)?
    private let writeElsewhere: @Sendable (String) async throws -> Void

    /// A suite for `store`.
    ///
    /// `writeElsewhere` changes the value behind the store's back; `values` are what is written, at
    /// least three and all different. `cutting` gives the same store with one call of it cut, and
    /// `versions` says how many versions the store has kept, where a write must not make two.
    public init(
        _ store: any SecretStore, values: [String] = ["first-0001", "second-0002", "third-0003"],
        cutting: (@Sendable (StoreCut) async throws -> CutStore)? = nil,
        versions: (@Sendable () async throws -> Int)? = nil,
        writeElsewhere: @escaping @Sendable (String) async throws -> Void
    ) {
        self.store = store
        self.values = values
        self.cutting = cutting
        self.versions = versions
        self.writeElsewhere = writeElsewhere
    }

    /// What a run of the suite came to.
    public struct Result: Sendable {
        /// The parts that were run.
        public let topics: [String]
        /// Every broken promise in words, behind the part that noticed it; none is success.
        public let violations: [String]
    }

    /// Runs the suite and returns every broken promise in words; none is success.
    public func violations() async -> [String] { await run().violations }

    /// Runs the suite.
    public func run() async -> Result {
        var found = Violations()
        await found.check("reads are stable") { try await readsAreStable(&$0) }
        await found.check("writes are read back") { try await writesAreReadBack(&$0) }
        await found.check("a stale version is refused") { try await staleVersions(&$0) }
        await found.check("somebody else's write is kept") { try await otherWriters(&$0) }
        await found.check("every character is kept") { try await everyCharacter(&$0) }
        await found.check("what stands beside the value stays") { try await neighbours(&$0) }
        await found.check("cleaning up changes nothing") { try await sweeping(&$0) }
        if cutting != nil {
            await found.check("a write that is cut is one write") { try await cutWrites(&$0) }
        }
        return Result(topics: found.topics, violations: found.all)
    }

    private func readsAreStable(_ found: inout Violations) async throws {
        let identities = (try await store.identity(), try await store.identity())
        found.expect(identities.0 == identities.1, "two identities differ")
        let problems = try await store.preflight().filter { $0.severity == .problem }
        found.expect(problems.isEmpty, "preflight has problems: \(problems.map(\.code))")
        let (first, second) = (try await store.read(), try await store.read())
        found.expect(first != nil, "the store holds no value to begin with")
        found.expect(first?.version == second?.version, "two reads differ in version")
        found.expect(Self.same(first, second), "two reads differ in value")
    }

    private func writesAreReadBack(_ found: inout Violations) async throws {
        for value in values {
            let before = try await store.read()
            try await store.write(ClientSecret(value), replacing: before?.version)
            let after = try await store.read()
            found.expect(holds(after, value), "a written value isn't read back")
            found.expect(after?.version != before?.version, "a write left the version as it was")
        }
    }

    private func staleVersions(_ found: inout Violations) async throws {
        guard store.capabilities.comparesAndSets, let before = try await store.read() else {
            return
        }
        try await store.write(ClientSecret(values[0]), replacing: before.version)
        for stale in [before.version, nil] {
            await expectConflict(&found, writing: values[1], replacing: stale)
            found.expect(holds(try await store.read(), values[0]), "a refused write was done")
        }
    }

    private func otherWriters(_ found: inout Violations) async throws {
        guard store.capabilities.comparesAndSets, let before = try await store.read() else {
            return
        }
        try await writeElsewhere(values[2])
        found.expect(holds(try await store.read(), values[2]), "an outside write isn't seen")
        await expectConflict(&found, writing: values[1], replacing: before.version)
        found.expect(holds(try await store.read(), values[2]), "an outside write was lost")
    }

    private func expectConflict(
        _ found: inout Violations, writing value: String, replacing version: StoreVersion?
    ) async {
        do throws(AdapterError) {
            try await store.write(ClientSecret(value), replacing: version)
            found.expect(false, "a write against an old version went through")
        } catch {
            found.expect(error.kind == .conflict, "not a conflict but \(error.kind): \(error.code)")
            found.expect(!error.message.contains(value), "an error's message has the secret in it")
        }
    }

    static func same(_ left: StoredSecret?, _ right: StoredSecret?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        guard let one = left.secret, let other = right.secret else {
            return left.secret == nil && right.secret == nil
        }
        return one.matches(other)
    }

    /// Whether a value is read back, or, where the store shows none, that there is one.
    func holds(_ stored: StoredSecret?, _ value: String) -> Bool {
        guard store.capabilities.readable else { return stored != nil && stored?.secret == nil }
        return stored?.secret?.matches(ClientSecret(value)) ?? false
    }
}
