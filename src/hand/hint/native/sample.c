#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define SIZE 100

struct point {
    int x, y;
    struct point *next;
};

typedef struct node {
    char name[20];
    double value;
} node;

int total(int values[], int count) {
    int i, sum = 0;
    for (i = 0; i < count; i++) {
        sum += values[i];
    }
    return sum;
}

void swap(int *a, int *b) {
    int held = *a;
    *a = *b;
    *b = held;
}

static int find(const char *text, char wanted) {
    int at = 0;
    while (text[at] != '\0' && text[at] != wanted)
        at++;
    if (text[at] == '\0') {
        return -1;
    }
    return at;
}

double mean(double *values, int n);

int main() {
    int n, m, i, j, k, count = 0, found = 0, grid[10][10], list[SIZE];
    float rate, area;
    char line[80], c;
    struct point p, *q;
    scanf("%d", &n);
    scanf("%d %d", &m, &k);
    scanf("%f", &rate);
    scanf("%c", &c);
    scanf("%s", line);
    for (i = 0; i < n; i++) {
        scanf("%d", &list[i]);
    }
    for (i = 0; i < n; i++)
        scanf("%d", &list[i]);
    for (i = 0; i < n; i++) {
        for (j = 0; j < m; j++) {
            scanf("%d", &grid[i][j]);
            if (grid[i][j] > k) {
                k = grid[i][j];
            } else if (grid[i][j] == 0) {
                count = count + 1;
            } else {
                count--;
            }
        }
        printf("\n");
    }
    for (int t = n - 1; t >= 0; t--) {
        printf("%d ", list[t]);
    }
    for (j = i + 1; j <= n; j = j + 2) {
        if (list[i] > list[j]) {
            k = list[i];
            list[i] = list[j];
            list[j] = k;
        }
    }
    while (n > 0) {
        m = n % 10;
        k = k * 10 + m;
        n = n / 10;
    }
    while (scanf("%d", &m) != EOF) {
        count += m;
    }
    do {
        n++;
    } while (n < 10);
    switch (c) {
    case 'a':
        found = 1;
        break;
    case 'b':
    default:
        found = 0;
        break;
    }
    if (n == 0 || (m > 1 && m < 9)) {
        printf("%d\n", total(list, n));
    }
    if (found == 1)
        printf("yes");
    else
        printf("no\n");
    if (!found) {
        return 0;
    }
    if ((n % 2 == 0) && (m != 1)) {
        n = n + 1;
        continue_here(n, m);
    }
    for (i = 2; i * i <= n; i++) {
        if (n % i == 0) {
            found = 0;
            break;
        }
        if (n < i)
            continue;
    }
    c = getchar();
    while ((c = getchar()) != '\n') {
        line[i++] = c;
    }
    area = 3.14 * rate * rate;
    rate = (float)n / m;
    k = (a + b) * (c - d);
    k = a > b ? a : b;
    swap(&m, &n);
    p.x = 1;
    p.y = p.x + 2;
    q = &p;
    q->x = q->y;
    q->next = NULL;
    q = (struct point *)malloc(sizeof(struct point));
    values = (int *)malloc(n * sizeof(int));
    strcpy(line, "text");
    if (strcmp(line, other) == 0) {
        printf("%s is %d\n", line, n);
        printf("%d %d\n", m, n);
        printf("%.2f", area);
        printf("%c", line[i]);
    }
    int len = strlen(line);
    int values[100] = {0}, digits[] = {1, 2, 3};
    char letters[50];
    long long big = 1;
    unsigned int bits = 0;
    free(q);
    return 0;
}
