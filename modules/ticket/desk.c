#include "ticket/desk.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/keep.h"
#include "db/db.h"
#include "user/viewer.h"

#include <string.h>

/* what, three numbers, how many, a name */
enum { DEPARTMENT = 1, PERSON, MEMBER, CELL };
#define CELLS                                                                                      \
    "SELECT 4, c.department_id, c.agent_id, c.folder, c.tickets, '' FROM ticket_counter c "        \
    "WHERE c.tenant_id = ? AND c.tickets <> 0"

DB_SQL(read_cells_only, 2000, CELLS);
DB_SQL(read_desk, 6000,
       "(SELECT 1, d.id, d.is_default, 0, 0, d.name FROM department d WHERE d.tenant_id = ?) "
       "UNION ALL (SELECT 2, u.id, u.role, u.status, 0, u.name FROM user u WHERE u.tenant_id = ?) "
       "UNION ALL (SELECT 3, m.user_id, m.department_id, 0, 0, '' FROM department_member m "
       "WHERE m.tenant_id = ?) UNION ALL (" CELLS ") ORDER BY 1, 6, 2");

static const struct roster *kept(struct keep *store, int64_t tenant_id)
{
    return store == NULL ? NULL : keep_find(store, &tenant_id, sizeof(tenant_id));
}

const char *roster_department_name(const struct roster *r, int64_t id)
{
    for (size_t i = 0; i < r->departments_n; i++)
        if (r->departments[i].id == id)
            return r->departments[i].name;
    return "";
}

const char *roster_person_name(const struct roster *r, int64_t id)
{
    for (size_t i = 0; id != 0 && i < r->people_n; i++)
        if (r->people[i].id == id)
            return r->people[i].name;
    return "";
}

bool roster_works(const struct roster *r, const struct roster_person *p, int64_t department_id)
{
    for (size_t i = 0; p->is_active && i < r->departments_n; i++)
        if (r->departments[i].id == department_id)
            return (p->works[i / 64] >> (i % 64) & UINT64_C(1)) != 0;
    return false;
}

/* How much there is of everything. */
struct sizes {
    size_t of[CELL + 1], text;
};

static struct sizes measure(const struct db_rows *rows)
{
    struct sizes s = { .text = 0 };
    for (size_t i = 0; i < rows->n; i++) {
        s.of[db_i64(&rows->rows[i], 0)]++;
        s.text += strlen(db_str(&rows->rows[i], 5)) + 1;
    }
    return s;
}

static size_t words_of(const struct sizes *s)
{
    return (s->of[DEPARTMENT] + 63) / 64;
}

static size_t bytes_of(const struct sizes *s)
{
    return sizeof(struct roster) + s->of[PERSON] * words_of(s) * sizeof(uint64_t) +
           s->of[DEPARTMENT] * sizeof(struct roster_department) +
           s->of[PERSON] * sizeof(struct roster_person) +
           s->of[MEMBER] * sizeof(struct roster_member) + s->text;
}

/* Everything in one piece of memory, which is what one free() gives back. */
static struct roster *lay_out(void *memory, const struct sizes *s, char **text)
{
    struct roster *r = memory;
    *r = (struct roster) { .departments = (void *)(r + 1) };
    r->people = (void *)(r->departments + s->of[DEPARTMENT]);
    r->members = (void *)(r->people + s->of[PERSON]);
    uint64_t *works = (void *)(r->members + s->of[MEMBER]);
    for (size_t i = 0; i < s->of[PERSON]; i++)
        r->people[i].works = works + i * words_of(s);
    works += s->of[PERSON] * words_of(s);
    *text = (void *)works;
    return r;
}

static const char *take_text(char **text, const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = memcpy(*text, s, n);
    *text += n;
    return copy;
}

static void fill(struct roster *r, const struct db_rows *rows, char *text)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct db_row *row = &rows->rows[i];
        int64_t what = db_i64(row, 0);
        if (what == DEPARTMENT) {
            r->departments[r->departments_n++] = (struct roster_department) {
                db_i64(row, 1), take_text(&text, db_str(row, 5)), db_i64(row, 2) != 0
            };
        } else if (what == PERSON) {
            struct roster_person *p = &r->people[r->people_n++];
            *p = (struct roster_person) { db_i64(row, 1), take_text(&text, db_str(row, 5)),
                                          db_i64(row, 3) == 1, p->works };
        } else if (what == MEMBER) {
            r->members[r->members_n++] = (struct roster_member) { db_i64(row, 1), db_i64(row, 2) };
        }
    }
}

/* The departments of a person, in order; members come by person. */
static void departments_of(struct arena *a, const struct roster *r, struct viewer *v)
{
    int64_t *ids = arena_array(a, r->departments_n, sizeof(*ids));
    v->departments = ids;
    for (size_t i = 0; i < r->members_n; i++) {
        if (r->members[i].user_id != v->user_id || v->departments_n == r->departments_n)
            continue;
        size_t at = v->departments_n++;
        for (; at > 0 && ids[at - 1] > r->members[i].department_id; at--)
            ids[at] = ids[at - 1];
        ids[at] = r->members[i].department_id;
    }
}

static int judge(struct db *db, struct arena *a, const struct roster *r, struct viewer *v,
                 uint64_t *works, struct err *err)
{
    departments_of(a, r, v);
    if (rights_settle(db, a, v, err) < 0)
        return -1;
    for (size_t i = 0; i < r->departments_n; i++)
        if (viewer_works_in(v, r->departments[i].id))
            works[i / 64] |= UINT64_C(1) << (i % 64);
    return 0;
}

/* Who works where follows from roles, departments and what plugins make of them. */
static int judge_all(struct db *db, struct arena *a, const struct roster *r, uint64_t *works,
                     const struct db_rows *rows, struct err *err)
{
    size_t words = (r->departments_n + 63) / 64;
    for (size_t i = 0; i < rows->n; i++) {
        const struct db_row *row = &rows->rows[i];
        if (db_i64(row, 0) != PERSON)
            continue;
        struct viewer v = { .user_id = db_i64(row, 1),
                            .role = (enum role)db_i64(row, 2),
                            .roster_revision = r->revision,
                            .plugin_revision = r->plugin_revision };
        memset(works, 0, words * sizeof(*works));
        if (db_i64(row, 3) == 1 && judge(db, a, r, &v, works, err) < 0)
            return -1;
        works += words;
    }
    return 0;
}

static void *moved(const void *p, const struct roster *from, struct roster *to)
{
    return (char *)to + ((const char *)p - (const char *)from);
}

/* n bytes that outlive the request; without memory for them, what the request has. */
static const struct roster *keep_copy(struct keep *store, const struct roster *r, size_t n)
{
    struct roster *to = keep_put(store, &r->tenant_id, sizeof(r->tenant_id), n);
    if (to == NULL)
        return r;
    memcpy(to, r, n);
    to->departments = moved(r->departments, r, to);
    to->people = moved(r->people, r, to);
    to->members = moved(r->members, r, to);
    for (size_t i = 0; i < to->departments_n; i++)
        to->departments[i].name = moved(r->departments[i].name, r, to);
    for (size_t i = 0; i < to->people_n; i++) {
        to->people[i].name = moved(r->people[i].name, r, to);
        to->people[i].works = moved(r->people[i].works, r, to);
    }
    return to;
}

static const struct roster *take(struct keep *store, struct db *db, struct arena *a,
                                 const struct viewer *v, const struct db_rows *rows,
                                 struct err *err)
{
    struct sizes s = measure(rows);
    size_t n = bytes_of(&s);
    char *text;
    struct roster *r = lay_out(arena_alloc(a, n), &s, &text);
    r->tenant_id = db->tenant_id;
    r->revision = v->roster_revision;
    r->plugin_revision = v->plugin_revision;
    uint64_t *works = (void *)(r->members + s.of[MEMBER]);
    fill(r, rows, text);
    if (judge_all(db, a, r, works, rows, err) < 0)
        return NULL;
    return store == NULL ? r : keep_copy(store, r, n);
}

static const struct roster *find(struct keep *store, int64_t tenant_id, const struct viewer *v)
{
    const struct roster *r = kept(store, tenant_id);
    return r != NULL && r->revision == v->roster_revision &&
                   r->plugin_revision == v->plugin_revision
               ? r
               : NULL;
}

static void add_departments(struct counts *c, struct arena *a, const struct roster *r,
                            const struct viewer *v)
{
    c->departments = arena_array(a, r->departments_n, sizeof(*c->departments));
    for (size_t i = 0; i < r->departments_n; i++)
        if (viewer_sees_department(v, r->departments[i].id))
            c->departments[c->departments_n++] = (struct counts_department) {
                .id = r->departments[i].id,
                .name = r->departments[i].name,
                .is_default = r->departments[i].is_default
            };
}

static struct counts_department *department_of(struct counts *c, int64_t id)
{
    for (size_t i = 0; i < c->departments_n; i++)
        if (c->departments[i].id == id)
            return &c->departments[i];
    return NULL;
}

/* Whether the viewer sees the tickets that are counted there. */
static bool is_counted(const struct viewer *v, int64_t department_id, int64_t agent, int64_t folder)
{
    return folder > FOLDER_NONE && folder < FOLDER_COUNT && viewer_sees(v, department_id, agent) &&
           (folder != FOLDER_DELETED || viewer_may_in(v, CAP_TICKET_DELETE, department_id));
}

static void add_cell(struct counts *c, const struct db_row *row, const struct viewer *v)
{
    struct counts_department *d = department_of(c, db_i64(row, 1));
    int64_t agent = db_i64(row, 2), folder = db_i64(row, 3), n = db_i64(row, 4);
    if (d == NULL || !is_counted(v, d->id, agent, folder))
        return;
    c->folders[folder] += n;
    d->folders[folder] += n;
    if (folder != FOLDER_OPEN)
        return;
    d->open += n;
    if (agent == 0) {
        d->unassigned += n;
        c->unassigned += n;
    } else if (agent == v->user_id) {
        c->mine += n;
        d->mine += n;
    }
}

bool desk_ask(struct db *db, struct arena *a, struct keep *store, struct db_later *later)
{
    if (kept(store, db->tenant_id) == NULL)
        return false;
    db_ask_recent(db, a, later, read_cells_only, DB_TENANT);
    return true;
}

static int read_rows(struct db *db, struct arena *a, const struct roster *known,
                     struct db_later *asked, struct db_rows *rows, struct err *err)
{
    if (known == NULL)
        return db_all(db, a, rows, err, read_desk, DB_TENANT, DB_TENANT, DB_TENANT, DB_TENANT);
    return asked != NULL ? db_answer(asked, rows, err)
                         : db_all(db, a, rows, err, read_cells_only, DB_TENANT);
}

int desk_read(struct db *db, struct arena *a, struct keep *store, const struct viewer *v,
              struct db_later *asked, struct desk *out, struct err *err)
{
    struct db_rows rows;
    const struct roster *r = find(store, db->tenant_id, v);
    *out = (struct desk) { .roster = r };
    if (read_rows(db, a, r, asked, &rows, err) < 0)
        return err_wrap(err, "read the desk");
    if (r == NULL)
        out->roster = r = take(store, db, a, v, &rows, err);
    if (r == NULL)
        return err_wrap(err, "keep the desk");
    add_departments(&out->counts, a, r, v);
    for (size_t i = 0; i < rows.n; i++)
        if (db_i64(&rows.rows[i], 0) == CELL)
            add_cell(&out->counts, &rows.rows[i], v);
    return 0;
}
