/// Everything the server knows; lives behind one lock in ``Practice``.
struct PracticeState: Sendable {
    var realms: [RealmID: PracticeRealm] = [:]
    var settings = PracticeSettings()
    var faults = FaultBook()
    var log = TokenLog()
    var calls = CallLog()
    var assertions = AssertionReplay()
    var oktaRate = RateWindow()
    /// Temporary access keys by their ids.
    var awsSessions: [String: AWSKey] = [:]
    /// Secrets Manager's secrets by their names.
    var awsSecrets: [String: ManagedSecret] = [:]
    /// Parameter Store's parameters by their names.
    var awsParameters: [String: ManagedParameter] = [:]
    /// Kubernetes' Secrets and workloads.
    var cluster = PracticeCluster()
    /// Key Vault's secrets by their names in small letters.
    var vaultedSecrets: [String: VaultedSecret] = [:]
    /// Google's Secret Manager's secrets by their ids.
    var googleSecrets: [String: GoogleStoredSecret] = [:]
    /// Barbican's secrets in the order in which they were made.
    var barbicanSecrets: [BarbicanStoredSecret] = []
    /// Who has which of Keystone's tokens.
    var keystoneSessions: [String: KeystoneService.Session] = [:]

    /// The clock of the server, with the practised offset.
    var now: Milliseconds { .systemNow() + settings.clockOffsetMs }

    func client(_ clientID: String, in realm: RealmID) -> PracticeClient? {
        realms[realm]?[clientID]
    }

    func client(internalID: String, in realm: RealmID) -> PracticeClient? {
        guard let clientID = realms[realm]?.clientID(internalID: internalID) else { return nil }
        return realms[realm]?[clientID]
    }

    /// Whether somebody else is to be faster than the create that comes now; counts down.
    mutating func takeForeignCreate() -> Bool {
        guard settings.foreignBeforeCreate > 0 else { return false }
        settings.foreignBeforeCreate -= 1
        return true
    }

    /// Changes a client, unless `body` throws; `nil` when there is none.
    mutating func update<Result>(
        _ clientID: String, in realm: RealmID,
        _ body: (inout PracticeClient, PracticeSettings, Milliseconds) throws -> Result
    ) rethrows -> Result? {
        let (settings, now) = (settings, now)
        guard realms[realm]?[clientID] != nil, var client = realms[realm]?[clientID] else {
            return nil
        }
        let result = try body(&client, settings, now)
        realms[realm]?[clientID] = client
        return result
    }
}
